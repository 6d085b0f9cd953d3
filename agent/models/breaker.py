"""Keeps a server that fails from costing every ticket its time: after repeated failures it is not asked for a while."""

import time
from collections.abc import Callable
from dataclasses import dataclass

FAILURES = 5  # in a row
FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 60.0  # each trial that fails doubles the pause


@dataclass
class Breaker:
    """Closed, open, or half-open: after a pause one call at a time is a trial. For one event loop, so no lock."""

    now: Callable[[], float] = time.monotonic
    _in_a_row: int = 0
    _pause_s: float = FIRST_PAUSE_S
    _opens_again: float | None = None  # when a trial is due; None while closed
    _trying: bool = False

    @property
    def state(self) -> str:
        """Return "closed", "open" or "half_open"."""
        if self._opens_again is None:
            return "closed"
        return "half_open" if self._trying or self.now() >= self._opens_again else "open"

    def admits(self) -> bool:
        """Say whether a call may be made; whoever is admitted reports `succeeded`, `failed` or `gave_up`."""
        if self._opens_again is None:
            return True
        if self._trying or self.now() < self._opens_again:
            return False
        self._trying = True
        return True

    def succeeded(self) -> None:
        """Close."""
        self._in_a_row, self._pause_s, self._opens_again, self._trying = 0, FIRST_PAUSE_S, None, False

    def failed(self, *, settled: bool = False, after_s: float | None = None) -> None:
        """Count a failure; open after several in a row, at once where it is settled, for as long as the server asks."""
        self._in_a_row += 1
        trial, self._trying = self._opens_again is not None, False
        if trial:
            self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
        if trial or settled or self._in_a_row >= FAILURES:
            pause = max(self._pause_s, min(after_s or 0.0, LONGEST_PAUSE_S))
            self._opens_again = self.now() + pause

    def gave_up(self) -> None:
        """Forget a call whose outcome nobody will know: the customer went away."""
        self._trying = False
