"""The input as a file that can be read twice: its hash, and whether it stayed the same while it was read."""

import hashlib
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from service.batch.records import BadInputError


@dataclass(frozen=True)
class InputFile:
    """`sha256` is of the whole file; `stamp` is what a change of it changes."""

    path: Path
    name: str
    sha256: str
    stamp: tuple[int, int, int]

    @classmethod
    def of(cls, path: Path, name: str | None = None) -> "InputFile":
        """Read a file once; raises OSError, or BadInputError for what is no file."""
        if path.is_dir():
            raise BadInputError(f"{path} is a folder; IN is a file.")
        if path.exists() and not path.is_file():
            raise BadInputError(f"{path} can't be read twice; give it as - to keep a copy of it.")
        stamp = _stamp(path)
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return cls(path, name or path.name, sha256, stamp)

    def require_unchanged(self) -> None:
        """Raise BadInputError where somebody wrote to the file since."""
        if _stamp(self.path) != self.stamp:
            raise BadInputError(
                f"{self.name} changed while it was read, so nothing was published. When nobody writes to it any more, "
                "run again with --overwrite."
            )


def spooled(target: Path) -> InputFile:
    """Copy standard input to a file, so that it can be read twice."""
    with target.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
    return InputFile.of(target, "standard input")


def _stamp(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino
