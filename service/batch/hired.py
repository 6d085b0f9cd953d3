"""What a worker is made of, and what it is asked: all that goes to it from another process."""

from dataclasses import dataclass
from datetime import date

from service.batch.answers import Depth


@dataclass(frozen=True)
class Asked:
    """A row as a worker gets it."""

    id: str
    text: str
    customer: str | None
    order: str | None


@dataclass(frozen=True)
class Hired:
    """What a worker is made of. `day` None takes the shop's; `threads` are the encoder's."""

    release: str
    depth: Depth
    threads: int | None = None
    at_once: int = 1
    day: date | None = None


def threads_each(cores: int, workers: int) -> int | None:
    """Return how many threads each of so many workers gets; None, which is all of a machine's, where it is alone."""
    return None if workers == 1 else max(1, cores // workers)
