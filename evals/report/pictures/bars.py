"""Bars with intervals: by category, by kind, by segment, and how retrieval does."""

from collections.abc import Mapping, Sequence
from typing import Any

from agent.taxonomy import TAXONOMY
from evals.report.pictures.picture import COLOURS, INK, MARKERS, QUIET, WIDTH_IN, Picture, drawn
from evals.report.writing import ESTIMATE_HEADER, Table, between, drawn_name, estimate_cells, number, spaced
from evals.result import Result
from evals.statistics.estimate import Estimate

SHOWN = ("task_completion", "category", "action")
ROW_IN = 0.26
FRAME_IN = 0.75  # that axes and legend take of the height
Rows = Sequence[tuple[str, Estimate]]


def by_category(result: Result) -> Picture:
    """Return the share of right categories for each expected category."""
    names = dict.fromkeys((*TAXONOMY, *result.by_category))  # in the order of the matrix above
    found = [(name, result.by_category[name]) for name in names if name in result.by_category]
    rows = [row for row in found if row[1].value is not None]
    name, title = "by-category", "Right category, by expected category"
    if not rows:
        return Picture(name, title, "", missing="No case of this run has a category that could be judged.")
    whole = result.measures.get("category")
    overall = whole.value if whole else None
    least = min(rows, key=lambda row: row[1].value or 0.0)
    caption = (
        "Look for bars that end left of the dashed line, which is all cases together, and whose whole interval does. "
        "Where intervals overlap, an order among categories may be luck."
    )
    label = f"{title}: {len(rows)} bars, the lowest is {spaced(least[0])} with {number(least[1].value)}."
    return Picture(
        name,
        title,
        caption,
        n=f"{sum(estimate.n for _, estimate in rows)} cases, {between([one.n for _, one in rows])} a category",
        svg=_bars(name, label, rows, overall),
        table=_table("category", rows),
    )


def retrieval(result: Result) -> Picture:
    """Return recall@k and its neighbours, measured on questions of their own."""
    rows = [(name, estimate) for name, estimate in result.retrieval.items() if estimate.value is not None]
    name, title = "retrieval", "Finding the right policy"
    if not rows:
        return Picture(name, title, "", missing="Retrieval was not measured in this run.")
    caption = (
        "recall@k: how often a passage that answers is among the first k. Look for the step from k = 1 to k = 5: what "
        "is missing at 5 was not found at all. mrr: mean of 1 / place of the first right passage. Silent when "
        "unanswerable: nothing is quoted where nothing answers. Measured on the suite's questions, not on the tickets."
    )
    label = f"{title}: " + ", ".join(f"{spaced(key)} {number(one.value)}" for key, one in rows)
    counts = between([one.n for _, one in rows])
    return Picture(
        name, title, caption, n=f"{counts} questions", svg=_bars(name, label, rows), table=_table("measure", rows)
    )


def groups(result: Result) -> list[Picture]:
    """Return one picture by kind of case and one by segment."""
    kinds = {case.kind for case in result.cases}
    shown = [name for name in SHOWN if name in result.measures]
    parts = (
        ("by-kind", "By kind of case", {name: one for name, one in result.by_segment.items() if name in kinds}),
        ("by-segment", "By segment", {name: one for name, one in result.by_segment.items() if name not in kinds}),
    )
    return [_group(*part, shown) for part in parts]


def _group(name: str, title: str, found: Mapping[str, Mapping[str, Estimate]], shown: Sequence[str]) -> Picture:
    rows = [(group, measure, found[group][measure]) for group in found for measure in shown if measure in found[group]]
    if not rows:
        return Picture(name, title, "", missing="No case of this run belongs to such a group.")
    kept = {group: {measure: one for key, measure, one in rows if key == group} for group, _, _ in rows}
    caption = (
        "Look for a group whose interval lies left of the others' for the same sign. A case belongs to several "
        "segments; with this many groups one will stand out by luck."
    )
    label = f"{title}: {', '.join(map(spaced, shown))} of {len(kept)} groups, each with its interval."
    table = Table(
        ("group", "measure", *ESTIMATE_HEADER),
        tuple((spaced(group), spaced(measure), *estimate_cells(one)) for group, measure, one in rows),
    )
    size = (WIDTH_IN, FRAME_IN + 0.3 + len(kept) * ROW_IN * (1 + 0.35 * (len(shown) - 1)))
    svg = drawn(name, label, size, lambda figure: _paint_groups(figure, kept, shown))
    counts = between([max(one.n for one in kept[group].values()) for group in kept])
    return Picture(name, title, caption, n=f"{counts} cases a group", svg=svg, table=table)


def _paint_groups(figure: Any, kept: Mapping[str, Mapping[str, Estimate]], shown: Sequence[str]) -> None:
    axes = figure.add_subplot()
    for place, (measure, colour, marker) in enumerate(zip(shown, COLOURS, MARKERS, strict=False)):
        offset = (place - (len(shown) - 1) / 2) * 0.26
        known = [(row + offset, one) for row, group in enumerate(kept.values()) if (one := group.get(measure))]
        points(axes, [one for _, one in known], [at for at, _ in known], colour, marker, spaced(measure))
    _share_axis(axes, [f"{drawn_name(group)}  n={max(one.n for one in kept[group].values())}" for group in kept])
    figure.legend(loc="outside upper left", ncols=len(shown), handletextpad=0.2, columnspacing=1.2)


def points(
    axes: Any, estimates: Sequence[Estimate], rows: Sequence[float], colour: str, marker: str, label: str
) -> None:
    """Draw estimates as signs with their intervals, each at its row."""
    known = [
        (one.value, one.low, one.high, row)
        for one, row in zip(estimates, rows, strict=True)
        if one.value is not None and one.low is not None and one.high is not None
    ]
    if known:
        values, lows, highs, at = zip(*known, strict=True)
        ends = [
            [max(0.0, value - low) for value, low in zip(values, lows, strict=True)],
            [max(0.0, high - value) for value, high in zip(values, highs, strict=True)],
        ]
        style = {"color": colour, "marker": marker, "markersize": 5, "linestyle": "none", "elinewidth": 1.4}
        axes.errorbar(values, at, xerr=ends, label=label, clip_on=False, **style)


def _bars(name: str, label: str, rows: Rows, overall: float | None = None) -> str:
    def paint(figure: Any) -> None:
        axes = figure.add_subplot()
        places = list(range(len(rows)))
        axes.barh(places, [one.value for _, one in rows], color=COLOURS[0], alpha=0.4, height=0.7)
        points(axes, [one for _, one in rows], places, INK, "|", "")
        for place, (_, one) in zip(places, rows, strict=True):
            axes.text(1.02, place, number(one.value), va="center", transform=axes.get_yaxis_transform())
        if overall is not None:
            axes.axvline(overall, color=COLOURS[1], linewidth=1.2, linestyle="--")
            axes.text(overall, 1.0, f"all {number(overall)}", ha="center", va="bottom", transform=_over(axes))
        _share_axis(axes, [f"{drawn_name(key)}  n={one.n}" for key, one in rows])

    return drawn(name, label, (WIDTH_IN, FRAME_IN + len(rows) * ROW_IN), paint)


def _over(axes: Any) -> Any:
    return axes.get_xaxis_transform()


def _share_axis(axes: Any, names: Sequence[str]) -> None:
    axes.set_xlim(0, 1)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=True, axis="x")
    axes.spines["left"].set_color(QUIET)


def _table(of: str, rows: Rows) -> Table:
    return Table((of, *ESTIMATE_HEADER), tuple((spaced(key), *estimate_cells(one)) for key, one in rows))
