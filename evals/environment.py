"""Where and with what a figure was measured."""

import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path

from pydantic import BaseModel, ConfigDict

LIBRARIES = (
    "chromadb",
    "langgraph",
    "numpy",
    "onnxruntime",
    "pydantic",
    "sentence-transformers",
    "tokenizers",
    "torch",
)


class Environment(BaseModel):
    """Code, versions and machine; `commit` is None outside a checkout, `dirty`: whether files have changed since."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    commit: str | None
    dirty: bool | None
    python: str
    libraries: dict[str, str]
    processor: str
    cores: int


def environment() -> Environment:
    """Return what can be told of this process."""
    commit = _git("rev-parse", "HEAD")
    status = _git("status", "--porcelain") if commit else None
    return Environment(
        commit=commit,
        dirty=None if status is None else bool(status),
        python=platform.python_version(),
        libraries={name: version for name in LIBRARIES if (version := _version(name))},
        processor=_processor(),
        cores=os.cpu_count() or 1,
    )


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments
            ["git", *arguments],  # noqa: S607 - the user's own git
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
