"""The one deadline that travels with a ticket, on a monotonic clock: a clock set back or forward doesn't move it."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Deadline:
    """A point in monotonic time, in seconds."""

    ends: float
    now: Callable[[], float] = time.monotonic

    @classmethod
    def after(cls, seconds: float, now: Callable[[], float] = time.monotonic) -> "Deadline":
        """Return the deadline that ends this many seconds from now."""
        return cls(now() + seconds, now)

    def within(self, share: float, rest: float) -> "Deadline":
        """Return an earlier deadline: after this share of what is left, and `rest` seconds before the end."""
        left = self.left()
        return Deadline(self.now() + max(0.0, min(left * share, left - rest)), self.now)

    def left(self) -> float:
        """Return the seconds that are left, at least 0."""
        return max(0.0, self.ends - self.now())
