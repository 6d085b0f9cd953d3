"""A folder is built beside its place and appears in one step, so that a reader never meets a half-built one."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path


def build_folder(target: Path, fill: Callable[[Path], None]) -> None:
    """Let `fill` write a new folder, then move it to `target`.

    Whoever comes second when two processes build at once keeps the first one's folder: the name says the content.
    A `target` that exists is replaced only when the caller removed it before.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    workshop = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        fill(workshop)
        workshop.chmod(0o755)
        try:
            workshop.rename(target)
        except OSError:
            if not target.is_dir():
                raise
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def write_file(target: Path, content: str) -> None:
    """Replace a file's content in one step."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(content)
    Path(name).replace(target)
