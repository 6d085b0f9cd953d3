"""What each subject costs against what it does: milliseconds and dollars against completed tasks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evals.report.pictures.picture import COLOURS, LINE, WIDTH_IN, Picture, drawn
from evals.report.writing import (
    ESTIMATE_HEADER,
    Table,
    dollars,
    drawn_name,
    estimate_cells,
    milliseconds,
    number,
    visible,
)
from evals.result import Result
from evals.statistics.estimate import Estimate

NAME, TITLE = "cost", "What it costs, and what it does"
MEASURE = "task_completion"
LONGEST_NAME = 40  # characters that the legend has room for
SIGNS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">", "p", "h")
NOT_TIMED = "not timed"
WHY_NONE = "Task completion was not measured: these tickets tell the category only."


@dataclass(frozen=True)
class Subject:
    """One point; `wall_ms` is None for a rule that is not timed, `usd` (a ticket) where it was not recorded."""

    name: str
    completion: Estimate
    wall_ms: float | None
    usd: float | None
    own: bool

    def costs(self) -> tuple[str, str, str]:
        """Return name, milliseconds and dollars as text."""
        return self.name, NOT_TIMED if self.wall_ms is None else milliseconds(self.wall_ms), dollars(self.usd)

    def text(self) -> str:
        """Return the entry of the legend."""
        _, time, usd = self.costs()
        unit = "" if time == NOT_TIMED else " ms"
        return f"{drawn_name(self.name, LONGEST_NAME)}: {number(self.completion.value)}, {time}{unit}, USD {usd}"


def cost(results: Sequence[Result]) -> Picture:
    """Return one point for each subject; other results join where they ran on the same data."""
    first = results[0]
    joined = [one for one in results if one.data.sha256 == first.data.sha256]
    found = [*filter(None, map(_own, joined)), *_others(first)]
    if not any(one.own for one in found):
        return Picture(NAME, TITLE, "", missing=WHY_NONE)
    caption = (
        "Look for a point that is higher without being further right: it does more for no more time. Intervals that "
        "overlap are no difference yet. Hollow signs are the trivial agents, fixed rules whose time is not "
        "taken; what the agent is ahead of them by is what it is worth. Milliseconds are the median of a ticket, USD "
        "what a ticket paid to a hosted model; the machine's own time is not in it."
    )
    rows = tuple((*one.costs(), *estimate_cells(one.completion)) for one in found)
    size = (WIDTH_IN, 3.1 + 0.19 * len(found))
    return Picture(
        NAME,
        TITLE,
        caption,
        n=f"{first.data.cases} cases",
        svg=drawn(
            NAME, f"{TITLE}. " + "; ".join(one.text() for one in found), size, lambda figure: _paint(figure, found)
        ),
        table=Table(("subject", "ms, p50", "USD a ticket", "completed", *ESTIMATE_HEADER[1:]), rows),
    )


def _own(result: Result) -> Subject | None:
    completion = result.measures.get(MEASURE)
    if completion is None or completion.value is None:
        return None
    times = sorted(case.first.wall_ms for case in result.cases)
    usd = result.operations.per_ticket.get("cost_usd")
    return Subject(visible(f"{result.subject} ({result.release})"), completion, times[len(times) // 2], usd, own=True)


def _others(result: Result) -> list[Subject]:
    free = result.operations.per_ticket.get("model_calls") == 0
    return [
        Subject(
            visible(other.name),
            completion,
            other.wall_ms_p50 or None,
            0.0 if other.trivial or free else None,
            own=False,
        )
        for other in result.others
        if (completion := other.measures.get(MEASURE)) and completion.value is not None
    ]


def _paint(figure: Any, found: Sequence[Subject]) -> None:
    apart = [one for one in found if one.wall_ms is None]
    if apart:
        left, axes = figure.subplots(1, 2, sharey=True, width_ratios=(1, 2.2))
        left.set_xlim(-1, len(apart))
        left.set_xticks([])
        left.set_xlabel(NOT_TIMED)
        left.set_facecolor(LINE)
        left.patch.set_alpha(0.35)
    else:
        left = axes = figure.subplots()
    signs = []
    for place, one in enumerate(found):
        on, across = (left, apart.index(one)) if one.wall_ms is None else (axes, one.wall_ms)
        signs.append(_point(on, float(across), one, place))
    most = max(one.wall_ms or 0.0 for one in found)
    axes.set_xlim(0, most * 1.15 or 1.0)
    axes.set_xlabel("milliseconds a ticket (p50)")
    left.set_ylabel("tasks completed")
    left.set_ylim(0, 1)
    for each in {left, axes}:
        each.grid(visible=True, axis="y")
    figure.legend(handles=signs, loc="outside lower left", handletextpad=0.3)


def _point(axes: Any, across: float, one: Subject, place: int) -> Any:
    value = one.completion.value or 0.0
    low = value - (one.completion.low if one.completion.low is not None else value)
    high = (one.completion.high if one.completion.high is not None else value) - value
    colour = COLOURS[place % len(COLOURS)]
    return axes.errorbar(
        [across],
        [value],
        yerr=[[max(0.0, low)], [max(0.0, high)]],
        color=colour,
        marker=SIGNS[place % len(SIGNS)],
        markersize=6.5,
        markerfacecolor="none" if one.wall_ms is None else colour,
        linestyle="none",
        clip_on=False,
        elinewidth=1.2,
        label=one.text(),
    )
