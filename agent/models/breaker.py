"""Keeps a server that fails from costing every ticket its time: after repeated failures it is not asked for a while."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NewType

FAILURES = 5  # in a row
FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 60.0  # each trial that fails doubles the pause
Permit = NewType("Permit", int)  # of one call; a report with one from before the breaker opened says nothing new


@dataclass
class Breaker:
    """Closed, open, or half-open: after a pause one call at a time is a trial. For one event loop, so no lock."""

    now: Callable[[], float] = time.monotonic
    _in_a_row: int = 0
    _pause_s: float = FIRST_PAUSE_S
    _opens_again: float | None = None  # when a trial is due; None while closed
    _trying: bool = False
    _valid: Permit = Permit(0)

    @property
    def state(self) -> str:
        """Return "closed", "open" or "half_open"."""
        if self._opens_again is None:
            return "closed"
        return "half_open" if self._trying or self.now() >= self._opens_again else "open"

    def permit(self) -> Permit | None:
        """Return the permit for a call, None where none may be made.

        Whoever has one reports with it that the call `succeeded`, `failed` or that they `gave_up`.
        """
        if self._opens_again is not None:
            if self._trying or self.now() < self._opens_again:
                return None
            self._trying = True
        return self._valid

    def succeeded(self, permit: Permit) -> None:
        """Close."""
        if permit == self._valid:
            self._in_a_row, self._pause_s, self._opens_again, self._trying = 0, FIRST_PAUSE_S, None, False

    def failed(self, permit: Permit, *, settled: bool = False, after_s: float | None = None) -> None:
        """Count a failure; open after several in a row, at once where it is settled, for as long as the server asks."""
        if permit != self._valid:
            return
        self._in_a_row += 1
        trial, self._trying = self._opens_again is not None, False
        if trial:
            self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
        if trial or settled or self._in_a_row >= FAILURES:
            pause = max(self._pause_s, min(after_s or 0.0, LONGEST_PAUSE_S))
            self._opens_again = self.now() + pause
            self._valid = Permit(self._valid + 1)

    def gave_up(self, permit: Permit) -> None:
        """Forget a call whose outcome nobody will know: the customer went away."""
        if permit == self._valid:
            self._trying = False
