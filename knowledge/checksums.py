"""SHA-256 sums of a folder's files: kept in its manifest when it is built, compared when it is opened or examined."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from knowledge.errors import PartUnavailable


def sha256(file: Path) -> str:
    """Return a file's sum in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sums_of(folder: Path, files: Iterable[Path]) -> dict[str, str]:
    """Return the sums of these files by their path inside the folder, in order."""
    return {file.relative_to(folder).as_posix(): sha256(file) for file in sorted(files)}


def verify(folder: Path, sums: Mapping[str, str], part: str, mend: str, largest: int | None = None) -> None:
    """Raise PartUnavailable naming the first file that is missing or not as it was built.

    Of files larger than `largest` bytes only the presence is checked.
    """
    for name, expected in sums.items():
        file = folder / name
        if not file.is_file():
            raise PartUnavailable(part, f"{name} is missing", mend)
        if (largest is None or file.stat().st_size <= largest) and sha256(file) != expected:
            raise PartUnavailable(part, f"{name} is damaged", mend)
