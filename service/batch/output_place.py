"""Where an output goes: its files beside it, one run at a time, and how it appears in one step."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from knowledge.atomic import write_file

LOCK = "lock"


class OutputRefusedError(ValueError):
    """Nothing can be written there: the message says why, in one line."""


class OutputPlace:
    """`target` is what the user named, with its links followed: the file that a link points to is what appears."""

    def __init__(self, named: Path) -> None:
        self.target = named.resolve()
        self.rejected = self.target.with_name(f"{self.target.name}.rejected")
        self.summary = self.target.with_name(f"{self.target.name}.summary.json")
        self.folder = self.target.with_name(f"{self.target.name}.progress")
        self.state = self.folder / "state.sqlite3"
        self.part = self.folder / "output.part"
        self.rejected_part = self.folder / "rejected.part"
        self.made = self.folder / "output"
        self.spooled = self.folder / "input"
        self.met_ahead = self.folder / "ahead.sqlite3"

    def check(self, source: Path) -> None:
        """Raise OutputRefusedError where no run could ever write there, before any work is done."""
        if self.target.is_dir():
            raise OutputRefusedError(f"{self.target} is a folder; OUT is a file.")
        if not self.target.parent.is_dir():
            raise OutputRefusedError(f"{self.target.parent} is not a folder; make it first.")
        if self.target.exists() and not self.target.is_file():
            raise OutputRefusedError(f"{self.target} is no plain file; name another, or - for a pipe.")
        if self.target.exists() and source.exists() and self.target.samefile(source):
            raise OutputRefusedError(f"{self.target} is IN itself, which would be lost; name another OUT.")
        if self.folder.exists() and not self.folder.is_dir():
            raise OutputRefusedError(f"{self.folder} is in the way; a run keeps its state there.")
        if not os.access(self.target.parent, os.W_OK) or (self.target.exists() and not os.access(self.target, os.W_OK)):
            raise OutputRefusedError(f"{self.target} can't be written: it is read-only.")

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the place; raises OutputRefusedError where another run does. It ends with the process."""
        self.folder.mkdir(exist_ok=True)
        with (self.folder / LOCK).open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as problem:
                raise OutputRefusedError(f"Another run is writing {self.target}.") from problem
            if not (self.folder / LOCK).exists():
                raise OutputRefusedError(f"Another run ended just now at {self.target}; look at what it wrote.")
            try:
                yield
            finally:
                if not self.state.exists():  # nothing was begun, or all is done
                    self.forget()
                    (self.folder / LOCK).unlink()
                    self.folder.rmdir()

    def publish(self, summary: str) -> None:
        """Let the finished files appear, each in one step; done again after a kill, it ends the same."""
        if self.rejected_part.exists():
            if self.rejected_part.stat().st_size:
                self.rejected_part.replace(self.rejected)
            else:
                self.rejected.unlink(missing_ok=True)
                self.rejected_part.unlink()
        if self.made.exists():
            if self.target.exists():
                shutil.copymode(self.target, self.made)  # a private file stays private
            self.made.replace(self.target)
        write_file(self.summary, summary)
        _sync_folder(self.target.parent)

    def forget(self) -> None:
        """Remove what a run left, but not the lock."""
        for file in self.folder.iterdir():
            if file.is_dir():
                shutil.rmtree(file)
            elif file.name != LOCK:
                file.unlink()


def opened_part(file: Path, length: int) -> BinaryIO:
    """Open a part to append to, cut to what is kept of it: what a killed run wrote beyond that is done again.

    Raises OutputRefusedError where less of it is there than was kept.
    """
    part = file.open("ab")
    if part.tell() < length:
        part.close()
        raise OutputRefusedError(f"{file} was changed, so the run can't go on; give --overwrite to begin anew.")
    part.truncate(length)
    return part


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
