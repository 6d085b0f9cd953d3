"""Figures by name, each with its course over time: categories, actions, releases and steps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from service.store.sums import WHOLE, Sums
from service.web.charts import Bar, said, small_bars
from service.web.found import STEPS
from service.web.rendering import words

PERCENTS = (50, 95, 99)
COURSE = 95  # of these the percentile whose course is drawn


@dataclass(frozen=True)
class Trend:
    """One name: its figures over the whole time, and small bars of its course."""

    name: str
    figures: Sequence[str]
    bars: Sequence[Bar]


@dataclass(frozen=True)
class Trends:
    """Names under a title. `columns` head their figures; `rows` hold them for each part of time."""

    title: str
    unit: str
    columns: Sequence[str]
    trends: Sequence[Trend]
    rows: Sequence[Sequence[str]]


def counted(
    title: str, labels: Sequence[str], parts: Sequence[Sums], total: Sums, read: Callable[[Sums], Mapping[str, int]]
) -> Trends:
    """Return counts by name, the most frequent first."""
    whole = read(total)
    names = sorted(whole, key=lambda name: (-whole[name], name))
    courses = {name: [float(read(one).get(name, 0)) for one in parts] for name in names}
    trends = [Trend(words(name), [said(whole[name])], small_bars(labels, courses[name], "tickets")) for name in names]
    rows = [(label, *(said(course[at]) for course in courses.values())) for at, label in enumerate(labels)]
    return Trends(title, "tickets", ["tickets"], trends, rows)


def timed(labels: Sequence[str], parts: Sequence[Sums], total: Sums) -> Trends:
    """Return how long each step took, in their order, and the whole."""
    steps = {step: name for step, name in {**STEPS, WHOLE: "From ticket to decision"}.items() if step in total.ms}
    courses = {step: [one.percentile_ms(COURSE, step) for one in parts] for step in steps}
    trends = [
        Trend(
            name,
            [said(total.percentile_ms(percent, step), 1) for percent in PERCENTS],
            small_bars(labels, courses[step], "ms", 1),
        )
        for step, name in steps.items()
    ]
    rows = [(label, *(_times(one, step) for step in steps)) for label, one in zip(labels, parts, strict=True)]
    return Trends("Time by step", f"ms, course of p{COURSE}", [f"p{percent}" for percent in PERCENTS], trends, rows)


def _times(one: Sums, step: str) -> str:
    return " / ".join(said(one.percentile_ms(percent, step), 1) for percent in PERCENTS)
