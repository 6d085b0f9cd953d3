"""Where the time of a ticket goes."""

from typing import Any

from evals.report.pictures.picture import COLOURS, MARKERS, WIDTH_IN, Picture, drawn
from evals.report.writing import NONE, Table, drawn_name, milliseconds, spaced
from evals.result import Result
from evals.statistics.estimate import Estimate

NAME, TITLE = "latency", "Where a ticket's time goes"
QUANTILES = ("p50", "p95", "p99")
WHOLE = "ticket"
LEAST_MS = 0.001  # what a logarithmic axis can show of nothing
Steps = dict[str, dict[str, Estimate]]


def latency(result: Result) -> Picture:
    """Return p50, p95 and p99 of the whole ticket and of each step, in milliseconds."""
    steps = {step: known for step, found in result.operations.steps_ms.items() if (known := _known(found))}
    if not steps:
        return Picture(NAME, TITLE, "", missing="No step of this run was timed.")
    measured = [name for name in QUANTILES if any(name in found for found in steps.values())]
    few = [name for name in QUANTILES if name not in measured]
    caption = (
        "Milliseconds on a logarithmic axis, each with its interval. Look for the step nearest to the whole ticket "
        "and for one whose signs lie far apart: it is slow only now and then. p95 is what 95 of 100 tickets stay "
        "below. One ticket at a time, on the machine named above."
    )
    if few:
        caption += f" There are too few tickets for an interval of {' and '.join(few)}."
    whole = steps.get(WHOLE, {})
    label = f"{TITLE}: " + ", ".join(f"whole ticket {name} {milliseconds(one.value)} ms" for name, one in whole.items())
    n = max(one.n for found in steps.values() for one in found.values())
    size = (WIDTH_IN, 1.15 + 0.38 * len(steps))
    return Picture(
        NAME,
        TITLE,
        caption,
        n=f"{n} tickets",
        svg=drawn(NAME, label, size, lambda figure: _paint(figure, steps, measured)),
        table=_table(steps),
    )


def _known(found: dict[str, Estimate]) -> dict[str, Estimate]:
    return {name: found[name] for name in QUANTILES if name in found and found[name].value is not None}


def _paint(figure: Any, steps: Steps, measured: list[str]) -> None:
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axes = figure.add_subplot()
    axes.set_xscale("log")
    for place, name in enumerate(measured):
        offset = (place - (len(measured) - 1) / 2) * 0.24
        rows = [(row + offset, found[name]) for row, found in enumerate(steps.values()) if name in found]
        values = [max(LEAST_MS, one.value or 0.0) for _, one in rows]
        ends = [
            [max(0.0, value - max(LEAST_MS, one.low or 0.0)) for value, (_, one) in zip(values, rows, strict=True)],
            [max(0.0, (one.high or 0.0) - value) for value, (_, one) in zip(values, rows, strict=True)],
        ]
        style = {"color": COLOURS[place], "marker": MARKERS[place], "markersize": 5, "linestyle": "none"}
        axes.errorbar(values, [at for at, _ in rows], xerr=ends, label=name, elinewidth=1.4, **style)
    axes.text(1.02, -0.65, " / ".join(measured), va="bottom", transform=axes.get_yaxis_transform())
    for row, found in enumerate(steps.values()):
        text = " / ".join(milliseconds(found[name].value) if name in found else NONE for name in measured)
        axes.text(1.02, row, text, va="center", transform=axes.get_yaxis_transform())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_ylim(len(steps) - 0.4, -0.6)
    axes.set_yticks(range(len(steps)), ["whole ticket" if step == WHOLE else drawn_name(step) for step in steps])
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("milliseconds")
    axes.grid(visible=True, axis="x")
    figure.legend(loc="outside upper left", ncols=len(measured), handletextpad=0.2)


def _table(steps: Steps) -> Table:
    rows = [
        (spaced(step), name, *map(milliseconds, (one.value, one.low, one.high)), str(one.n))
        for step, found in steps.items()
        for name, one in found.items()
    ]
    return Table(("step", "quantile", "ms", "low", "high", "n"), tuple(rows))
