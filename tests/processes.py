"""Real processes for tests: the installed `triage` and this interpreter, with an environment of their own."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

TRIAGE = Path(sys.executable).with_name("triage")
LONGEST_RUN_S = 110
Done = subprocess.CompletedProcess[str]


def run(
    command: Sequence[str | bytes | Path],
    folder: Path,
    environment: Mapping[str, str] | None = None,
    longest_s: float = LONGEST_RUN_S,
) -> Done:
    """Run a command to its end and return what it said."""
    return subprocess.run(
        command,
        cwd=folder,
        env=os.environ | dict(environment or {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=longest_s,
    )


def triage(folder: Path, *arguments: str | bytes, **environment: str) -> Done:
    """Run the installed command line."""
    return run([TRIAGE, *arguments], folder, environment)


def python(folder: Path, *arguments: str, **environment: str) -> Done:
    """Run this interpreter."""
    return run([sys.executable, *arguments], folder, environment)
