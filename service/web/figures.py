"""Sums of hours as what the page for those who run the service shows: charts, and figures by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.store.hours import HOUR, Begun, hour_of
from service.store.sums import Sums, over_all
from service.web.charts import Axis, Chart, bars, lines
from service.web.trends import PERCENTS, Trends, counted, timed

MOST_POINTS = 48


@dataclass(frozen=True)
class Figures:
    """All that the page shows of some time."""

    total: Sums
    charts: Sequence[Chart]
    trends: Sequence[Trends]


def figures(found: Sequence[Begun], hours: int, now: datetime) -> Figures:
    """Return the figures of the last hours."""
    total = over_all(one.sums for one in found)
    axis, parts = _parts(found, hours, now)
    trends = [
        timed(axis.labels, parts, total),
        counted("Categories", axis.labels, parts, total, lambda one: one.by_category),
        counted("Actions", axis.labels, parts, total, lambda one: one.by_action),
        counted("Releases", axis.labels, parts, total, lambda one: one.by_release),
    ]
    return Figures(total, _charts(axis, parts), trends)


def _charts(axis: Axis, parts: Sequence[Sums]) -> list[Chart]:
    def over_time(read: Callable[[Sums], float | None]) -> list[float | None]:
        return [read(one) for one in parts]

    def time(percent: int) -> list[float | None]:
        return over_time(lambda one: one.percentile_ms(percent))

    given = [
        ("given to a person", over_time(lambda one: _percent(one.escalated))),
        ("in doubt", over_time(lambda one: _percent(one.in_doubt))),
    ]
    times = [(f"p{percent}", time(percent)) for percent in PERCENTS]
    cost = over_time(lambda one: one.cost_usd)
    return [
        bars("Tickets decided", "tickets", axis, over_time(lambda one: one.decisions)),
        lines("Given to a person, and in doubt", "% of tickets", axis, given, 1),
        lines("Time from ticket to decision", "ms", axis, times),
        *([bars("Cost of large models", "US dollars", axis, cost, 4)] if any(cost) else []),
    ]


def _parts(found: Sequence[Begun], hours: int, now: datetime) -> tuple[Axis, list[Sums]]:
    """Return axis and sums of equal parts of the time: from the hour in which it began to the one that runs now."""
    each = -(-(hours + 1) // MOST_POINTS)
    length, first = HOUR * each, hour_of(now - HOUR * hours)
    begins = [first + length * at for at in range(-(-(hours + 1) // each))]
    sums = [over_all(one.sums for one in found if begin <= one.at < begin + length) for begin in begins]
    form = "%H:%M" if hours <= 48 else "%b %d"
    return Axis([f"{begin:%b %d %H:%M}" for begin in begins], [f"{begin:{form}}" for begin in begins]), sums


def _percent(share: float | None) -> float | None:
    return share * 100 if share is not None else None
