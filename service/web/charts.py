"""Draws figures over time as SVG: coordinates are made here, and the templates put them into shapes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 160
LEFT, RIGHT, TOP, BOTTOM = 56, 8, 8, 24  # room for the axes
SMALL_WIDTH, SMALL_HEIGHT = 160, 24
NICE = (1, 2, 2.5, 5, 10)
LEAST = 1e-6  # what is less is drawn as nothing


@dataclass(frozen=True)
class Bar:
    """A bar, with what it says when it is pointed at."""

    x: float
    y: float
    width: float
    height: float
    says: str


@dataclass(frozen=True)
class Dot:
    """A point of a line, with what it says when it is pointed at."""

    x: float
    y: float
    says: str


@dataclass(frozen=True)
class Line:
    """A line through its points, as SVG writes them; a gap where there is nothing begins another piece."""

    name: str
    pieces: Sequence[str]
    dots: Sequence[Dot]


@dataclass(frozen=True)
class Mark:
    """A mark of an axis."""

    at: float
    label: str


@dataclass(frozen=True)
class Axis:
    """Parts of time: `labels` name each of them, `marks` are what there is room for below a chart."""

    labels: Sequence[str]
    marks: Sequence[str]


@dataclass(frozen=True)
class Chart:
    """Bars or lines within WIDTH times HEIGHT. `rows` are the same figures for a table, under `header`."""

    title: str
    unit: str
    bars: Sequence[Bar]
    lines: Sequence[Line]
    across: Sequence[Mark]
    up: Sequence[Mark]
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


def bars(title: str, unit: str, axis: Axis, values: Sequence[float | None], digits: int = 0) -> Chart:
    """Return a bar for each value; None is no bar."""
    top = _top([value for value in values if value is not None])
    step = _inner() / max(1, len(values))
    drawn = [
        Bar(
            x=round(LEFT + at * step + step * 0.1, 1),
            y=_height(value, top),
            width=round(step * 0.8, 1),
            height=round(HEIGHT - BOTTOM - _height(value, top), 1),
            says=f"{label}: {said(value, digits)} {unit}",
        )
        for at, (label, value) in enumerate(zip(axis.labels, values, strict=True))
        if value is not None
    ]
    rows = [(label, said(value, digits)) for label, value in zip(axis.labels, values, strict=True)]
    return Chart(title, unit, drawn, [], _across(axis.marks), _up(top, digits), ("", unit), rows)


def lines(
    title: str, unit: str, axis: Axis, series: Sequence[tuple[str, Sequence[float | None]]], digits: int = 0
) -> Chart:
    """Return a line for each series."""
    top = _top([value for _, values in series for value in values if value is not None])
    step = _inner() / max(1, len(axis.labels))
    drawn = []
    for name, values in series:
        dots = [
            None
            if value is None
            else Dot(_middle(at, step), _height(value, top), f"{axis.labels[at]}, {name}: {said(value, digits)} {unit}")
            for at, value in enumerate(values)
        ]
        drawn.append(Line(name, _pieces(dots), [dot for dot in dots if dot is not None]))
    rows = [(label, *(said(values[at], digits) for _, values in series)) for at, label in enumerate(axis.labels)]
    header = ("", *(name for name, _ in series))
    return Chart(title, unit, [], drawn, _across(axis.marks), _up(top, digits), header, rows)


def small_bars(labels: Sequence[str], values: Sequence[float | None], unit: str, digits: int = 0) -> list[Bar]:
    """Return bars within SMALL_WIDTH times SMALL_HEIGHT, the highest as high as that, without axes."""
    top = max((value for value in values if value is not None), default=0.0)
    step = SMALL_WIDTH / max(1, len(values))
    drawn = []
    for at, value in enumerate(values):
        if value is not None and value > LEAST:
            height = round(max(1.0, SMALL_HEIGHT * value / top), 1)
            says = f"{labels[at]}: {said(value, digits)} {unit}"
            drawn.append(Bar(round(at * step, 1), round(SMALL_HEIGHT - height, 1), round(step * 0.8, 1), height, says))
    return drawn


def said(value: float | None, digits: int = 0) -> str:
    """Return a figure as people read it; a dash for none."""
    return "-" if value is None else f"{value:,.{digits}f}"


def _inner() -> float:
    return WIDTH - LEFT - RIGHT


def _height(value: float, top: float) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / top, 1)


def _top(values: Sequence[float]) -> float:
    """Return a round number that no value exceeds."""
    most = max(values, default=0.0)
    if most < LEAST:
        return 1.0
    power = 10.0 ** math.floor(math.log10(most))
    return next((power * nice for nice in NICE if power * nice >= most), power * 100)


def _middle(at: int, step: float) -> float:
    return round(LEFT + (at + 0.5) * step, 1)


def _pieces(dots: Sequence[Dot | None]) -> list[str]:
    """Return the runs of points between gaps; a point alone has no line."""
    runs: list[list[str]] = [[]]
    for dot in dots:
        if dot is None:
            runs.append([])
        else:
            runs[-1].append(f"{dot.x},{dot.y}")
    return [" ".join(run) for run in runs if len(run) > 1]


def _across(marks: Sequence[str]) -> list[Mark]:
    """Return at most six labels below."""
    step, every = _inner() / max(1, len(marks)), max(1, -(-len(marks) // 6))
    return [Mark(_middle(at, step), label) for at, label in enumerate(marks) if at % every == 0]


def _up(top: float, digits: int) -> list[Mark]:
    return [Mark(_height(top * part, top), _brief(top * part, max(2, digits))) for part in (0.0, 0.5, 1.0)]


def _brief(value: float, digits: int) -> str:
    said = f"{value:,.{digits}f}"
    return said.rstrip("0").rstrip(".") if "." in said else said
