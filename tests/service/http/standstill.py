"""Tells a machine that stood still from an event loop that was held up: where it did, so did every other thread."""

import threading
import time
from types import TracebackType

BEAT_S = 0.01


class Standstill:
    """Within its context, a thread that does nothing but wake up in time, and notes by how much it was late."""

    def __init__(self) -> None:
        self._late: list[tuple[float, float]] = []  # when it woke up, and how late that was
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="standstill", daemon=True)

    def __enter__(self) -> "Standstill":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def seconds_since(self, moment: float) -> float:
        """Return for how long it stood still since a moment of the monotonic clock."""
        time.sleep(2 * BEAT_S)  # it may not have woken up yet itself
        return sum(late for woken, late in list(self._late) if woken >= moment)

    def _beat(self) -> None:
        while True:
            due = time.monotonic() + BEAT_S
            if self._over.wait(BEAT_S):
                return
            now = time.monotonic()
            self._late.append((now, now - due))
