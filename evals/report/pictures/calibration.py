"""Whether the classifier's confidence can be believed, and what is won by answering only when it is high."""

from collections.abc import Sequence
from typing import Any

from evals.calibration.threshold import Threshold
from evals.report.calibrated import Calibrated
from evals.report.pictures.picture import COLOURS, INK, MARKERS, QUIET, WIDTH_IN, Picture, drawn
from evals.report.writing import ESTIMATE_HEADER, Table, between, estimate_cells, interval, number, percent

WHY_NONE = "The classifier alone was not measured in this run, and its cases tell no more than their end states."
SIDE_IN = 4.1


def reliability(found: Calibrated | None) -> Picture:
    """Return accuracy against stated confidence, by bins of equal mass."""
    name, title = "reliability", "Can the confidence be believed?"
    if found is None or not found.bins:
        return Picture(name, title, "", missing=WHY_NONE)
    error, floor = found.calibration_error, found.calibration_noise_floor
    told = f"ECE {number(error.value)} [{interval(error)}], chance alone gives {number(floor)}"
    caption = (
        "Each point is a group of tickets of like confidence. On the dashed line, answers of confidence 0.8 are right "
        "in 8 of 10 cases. Look for points whose interval misses the line: below it the classifier is too sure, above "
        f"it too timid. {told}: an expected calibration error near what chance gives is none to speak of."
    )
    rows = tuple(
        (number(one.lowest), number(one.highest), number(one.mean_confidence), *estimate_cells(one.accuracy))
        for one in found.bins
    )
    header = ("lowest", "highest", "mean confidence", "accuracy", *ESTIMATE_HEADER[1:])
    return Picture(
        name,
        title,
        caption,
        n=f"{found.tickets} of {found.measured_on}, {between([one.n for one in found.bins])} a point",
        svg=drawn(
            name, f"{title} {told}.", (WIDTH_IN, SIDE_IN), lambda figure: _paint_reliability(figure, found, told)
        ),
        table=Table(header, rows),
    )


def risk_coverage(found: Calibrated | None) -> Picture:
    """Return the share of wrong answers among the most confident, with the thresholds that were derived."""
    name, title = "risk-coverage", "What is won by answering only when sure?"
    if found is None or not found.risk_coverage:
        return Picture(name, title, "", missing=WHY_NONE)
    area, chance = number(found.area_under_risk_coverage), number(found.area_in_random_order)
    caption = (
        "From left to right more answers are accepted, the most confident first; the height is the share of them that "
        "is wrong. Look for how far the curve stays below the dashed line, which is a confidence that knows nothing. "
        f"Area under the curve {area}, in random order {chance}. A sign marks the lowest threshold that keeps its "
        "promise at 95\u00a0%; drawn and derived on the same tickets, so new ones will lie somewhat higher."
    )
    rows = tuple(map(_threshold_cells, found.thresholds))
    header = ("promise", "confidence from", "accepted", "share accepted", "of them wrong", "upper bound", "n")
    label = f"{title} Area {area}, in random order {chance}. " + "; ".join(map(_promise, found.thresholds))
    return Picture(
        name,
        title,
        caption,
        n=f"{found.tickets} of {found.measured_on}",
        svg=drawn(name, label, (WIDTH_IN, SIDE_IN + 0.5), lambda figure: _paint_risk(figure, found)),
        table=Table(header, rows),
    )


def _threshold_cells(one: Threshold) -> tuple[str, ...]:
    accepted = (str(one.accepted), number(one.coverage), number(one.error), number(one.bound), str(one.n))
    return (f"at most {percent(one.target_error)} wrong", number(one.value, 2), *accepted)


def _promise(one: Threshold) -> str:
    kept = "no threshold keeps it" if one.value is None else f"from {number(one.value, 2)}"
    return f"at most {percent(one.target_error)} wrong: {kept}"


def _paint_reliability(figure: Any, found: Calibrated, told: str) -> None:
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color=QUIET, linewidth=1, linestyle="--", label="as stated")
    known = [
        (one.mean_confidence, one.accuracy.value, one.accuracy.low, one.accuracy.high)
        for one in found.bins
        if one.accuracy.value is not None and one.accuracy.low is not None and one.accuracy.high is not None
    ]
    across, up, low, high = zip(*known, strict=True)
    ends = [_apart(up, low), _apart(high, up)]
    style = {"color": COLOURS[0], "marker": "o", "markersize": 5, "elinewidth": 1.4, "clip_on": False}
    axes.errorbar(across, up, yerr=ends, label="measured", **style)
    axes.set_title(told, fontsize=10)
    axes.legend(loc="upper left")
    _name(axes, "stated confidence", "share that is right")
    axes.set_ylim(0, 1)


def _apart(above: Sequence[float], below: Sequence[float]) -> list[float]:
    return [max(0.0, high - low) for high, low in zip(above, below, strict=True)]


def _paint_risk(figure: Any, found: Calibrated) -> None:
    axes = figure.add_subplot()
    points = found.risk_coverage
    across, up = [one.coverage for one in points], [one.risk for one in points]
    axes.plot(across, up, color=COLOURS[0], linewidth=1.6, label="most confident first")
    if found.area_in_random_order is not None:
        axes.axhline(found.area_in_random_order, color=QUIET, linewidth=1, linestyle="--", label="random order")
    for one, marker in zip(found.thresholds, MARKERS, strict=False):
        if one.value is not None and one.error is not None:
            style = {"color": COLOURS[1], "markeredgecolor": INK, "marker": marker, "markersize": 7}
            axes.plot([one.coverage], [one.error], linestyle="none", label=_promise(one), clip_on=False, **style)
    _name(axes, "share of answers accepted", "share of them that is wrong")
    axes.set_ylim(0, max([*up, found.area_in_random_order or 0.0, 0.05]) * 1.08)
    figure.legend(loc="outside lower left")


def _name(axes: Any, across: str, up: str) -> None:
    axes.set_xlim(0, 1)
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.grid(visible=True)
