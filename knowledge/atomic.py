"""Files and folders are written beside their place and appear in one step: a reader never meets a half-written one."""

import contextlib
import fcntl
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

LONGEST_BUILD_S = 3600


def build_folder(target: Path, fill: Callable[[Path], None], *, replace: bool = False) -> None:
    """Let `fill` write a new folder, then move it to `target`.

    Whoever comes second when two processes build at once keeps the first one's folder: the name says the content.
    With `replace` a `target` that exists is moved aside and removed, but only when its successor is finished; a
    process that has it open reads on.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    workshop = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    made = workshop / "made"
    made.mkdir()
    try:
        fill(made)
        if replace and target.exists():
            target.rename(workshop / "replaced")
        try:
            made.rename(target)
        except OSError:
            if not target.is_dir():
                raise
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def remove_folder(target: Path) -> None:
    """Take a folder away in one step: nobody meets one that is half removed."""
    workshop = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        target.rename(workshop / "removed")
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def hold(file: Path) -> contextlib.ExitStack:
    """Say that a file's folder is in use, until what is returned is closed or the process ends; raises OSError."""
    descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    held = contextlib.ExitStack()
    held.callback(os.close, descriptor)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return held


def remove_unless_held(target: Path, file: str) -> None:
    """Take a folder away unless somebody holds this file of it, or has taken it away already."""
    try:
        descriptor = os.open(target / file, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:  # half a folder, which nobody can have opened
        shutil.rmtree(target, ignore_errors=True)
        return
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            remove_folder(target)
    finally:
        os.close(descriptor)


def clear_workshops(parent: Path) -> None:
    """Remove what killed builds left in a folder, but nothing that may still be under way."""
    for workshop in parent.glob(".*"):
        with contextlib.suppress(OSError):  # its own process removed it meanwhile
            if workshop.is_dir() and time.time() - workshop.stat().st_mtime > LONGEST_BUILD_S:
                shutil.rmtree(workshop)


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    """Wait for the lock that this file stands for and hold it; it ends with the process, however that ends.

    Not to be taken again by its holder, who would wait for himself.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def new_file(target: Path) -> Iterator[TextIO]:
    """Give a file to write; it takes the place of `target` at the end, or vanishes where an error comes first."""
    beside = target.with_name(f".{target.name[:64]}.{secrets.token_hex(6)}")
    try:
        with beside.open("x", encoding="utf-8") as file:
            yield file
        if target.exists():
            shutil.copymode(target, beside)  # a private file stays private
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def write_file(target: Path, content: str) -> None:
    """Replace a file's content in one step."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with new_file(target) as file:
        file.write(content)
