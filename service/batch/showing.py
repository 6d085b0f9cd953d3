"""What a batch shows on the way and at its end. All of it is talk and goes to standard error."""

import time
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from service.batch.run import Outcome, Watcher
from service.batch.run_state import Kept

EVERY_S = 10.0  # between plain lines
MOST_LISTED = 12  # reasons and flags in the summary


class Shown(Watcher):
    """A bar where there is a terminal, plain lines where there is none."""

    def __init__(self, console: Console, now: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._now = now
        self._bar: Progress | None = None
        self._task = TaskID(0)
        self._size, self._rows, self._at, self._begun, self._last = 0, 0, 0, 0.0, 0.0
        self.rows, self.seconds = 0, 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def says(self, line: str) -> None:
        """See Watcher.says."""
        self._line(line)

    def begins(self, size: int, kept: Kept) -> None:
        """See Watcher.begins."""
        self._size, self._rows, self._at = size, kept.totals.rows, kept.place.offset if kept.place else 0
        self._begun = self._last = self._now()
        if kept.totals.rows:
            self._line(f"Goes on behind {kept.totals.rows:,} rows.")
        if self._console.is_terminal:
            columns = (
                BarColumn(),
                TextColumn("{task.fields[rows]} rows, {task.fields[rate]}/s"),
                TimeRemainingColumn(),
            )
            self._bar = Progress(*columns, console=self._console)
            self._task = self._bar.add_task("", total=size, completed=self._at, rows=f"{self._rows:,}", rate="-")
            self._bar.start()

    def goes_on(self, kept: Kept) -> None:
        """See Watcher.goes_on."""
        self.rows, self.seconds = kept.totals.rows - self._rows, self._now() - self._begun
        at = kept.place.offset if kept.place else 0
        rate = self.rows / max(self.seconds, 1e-9)
        if self._bar is not None:
            self._bar.update(self._task, completed=at, rows=f"{kept.totals.rows:,}", rate=f"{rate:,.0f}")
        elif self._now() - self._last >= EVERY_S:
            self._last = self._now()
            left = self.seconds * (self._size - at) / max(at - self._at, 1)
            self._line(
                f"{kept.totals.rows:,} rows, {rate:,.0f}/s, {at / max(self._size, 1):.0%}, {_minutes(left)} left"
            )

    def _line(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


def show_outcome(outcome: Outcome, shown: Shown, console: Console) -> None:
    """Show the summary: what became of the rows, by every count that is not empty."""
    totals = outcome.totals
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    _row(table, "rows", _rows_said(outcome, shown))
    _row(table, "rejected", _listed(totals.rejected))
    _row(table, "category", _listed(totals.categories))
    _row(table, "next action", _listed(totals.actions))
    _row(table, "priority", _listed(totals.priorities))
    _row(table, "flags", _listed(totals.flags))
    _row(table, "confidence", ", ".join(f"{name}+ {totals.confidence[name]:,}" for name in sorted(totals.confidence)))
    if totals.llm_calls:
        unknown = f", and {totals.unpriced:,} rows of unknown cost" if totals.unpriced else ""
        _row(
            table,
            "large model",
            f"{totals.llm_calls:,} calls, {totals.input_tokens:,} tokens in, {totals.output_tokens:,} out, "
            f"{totals.cost_usd:.4f} US dollars{unknown}",
        )
    console.print(table)


def _rows_said(outcome: Outcome, shown: Shown) -> str:
    totals = outcome.totals
    rejected, repeated = sum(totals.rejected.values()), totals.written - totals.answered
    parts = [f"{totals.rows:,} read", f"{totals.written:,} written", f"{rejected:,} rejected"]
    if repeated > 0:
        parts.append(f"{repeated:,} with the answer of an earlier row that says the same")
    if shown.rows:
        parts.append(f"{shown.rows / max(shown.seconds, 1e-9):,.0f} a second")
    return ", ".join(parts)


def _row(table: Table, name: str, said: str) -> None:
    if said:
        table.add_row(name, said)


def _listed(counts: Counter[str]) -> str:
    shown = [f"{name} {count:,}" for name, count in counts.most_common(MOST_LISTED)]
    rest = sum(counts.values()) - sum(count for _, count in counts.most_common(MOST_LISTED))
    return ", ".join([*shown, *([f"others {rest:,}"] if rest else [])])


def _minutes(seconds: Any) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
