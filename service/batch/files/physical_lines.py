"""Lines of a file with their places: one that is too long is noticed without being held in memory."""

from typing import BinaryIO

BLOCK = 1 << 16


class PhysicalLines:
    """Reads on from a place, and back to one; `offset` and `line` are those of the line that comes next."""

    def __init__(self, file: BinaryIO, longest: int) -> None:
        self._file = file
        self._longest = longest
        self.offset = 0
        self.line = 1

    def go(self, offset: int, line: int) -> None:
        """Go on from this place."""
        self._file.seek(offset)
        self.offset, self.line = offset, line

    def next(self) -> bytes | None:
        """Return the next line with its end, None where it is too long, b"" after the last one."""
        found: bytes | None = self._file.readline(self._longest + 1)
        if not found:
            return b""
        self.offset += len(found)
        self.line += 1
        if len(found) > self._longest:
            self._skip(found)
            return None
        return found

    def _skip(self, part: bytes) -> None:
        """Read past the rest of a line."""
        while part and not part.endswith(b"\n"):
            part = self._file.readline(BLOCK)
            self.offset += len(part)
