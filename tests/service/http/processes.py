"""The processes of a server: its workers, and whether they live."""

import os
from pathlib import Path

PROC = Path("/proc")


def workers_of(supervisor: int) -> set[int]:
    """Return the processes that a supervisor has started to serve."""
    children = (PROC / str(supervisor) / "task" / str(supervisor) / "children").read_text(encoding="ascii")
    return {int(child) for child in children.split() if _serves(child)}


def _serves(child: str) -> bool:
    try:
        return b"spawn_main" in (PROC / child / "cmdline").read_bytes()
    except OSError:
        return False


def lives(process: int) -> bool:
    """Say whether a process runs; one that has ended and that nobody has looked after does not."""
    try:
        os.kill(process, 0)
        return (PROC / str(process) / "stat").read_text(encoding="ascii").rpartition(") ")[2][0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
