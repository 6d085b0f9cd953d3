"""Says on standard error what a benchmark is doing, for those who wait."""

from collections.abc import Callable
from types import TracebackType
from typing import Any


class Progress:
    """A bar for what is counted and a turning wheel for what is not."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        columns: tuple[Any, ...] = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
        )
        self._bars = Bars(*columns, console=Console(stderr=True))
        self._task: Any = None

    def __enter__(self) -> "Progress":
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()
        self._bars.stop()

    def say(self, what: str) -> None:
        """Begin something of unknown length."""
        self._end()
        self._task = self._bars.add_task(what, total=None)

    def begin(self, what: str, total: int) -> Callable[[], None]:
        """Begin something and return what to call after each of its `total` parts."""
        self._end()
        task = self._task = self._bars.add_task(what, total=total)
        return lambda: self._bars.advance(task)

    def _end(self) -> None:
        if self._task is not None:
            self._bars.stop_task(self._task)
            self._task = None
