"""Curves as SVG to be put into a page."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evals.statistics.estimate import Estimate

SIZE_IN = (7.2, 3.8)
COLOURS = ("#1f5aa6", "#c2571a", "#2f7d4f", "#7a4a9e")
MARKERS = ("o", "s", "^", "D")
STYLE: dict[Any, Any] = {
    "svg.hashsalt": "support-triage",  # the same ids in every run
    "svg.fonttype": "none",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


@dataclass(frozen=True)
class Curve:
    """Estimates over places of the horizontal axis."""

    name: str
    across: list[float]
    estimates: list[Estimate]


def curves(
    drawn: Sequence[Curve],
    across: str,
    up: str,
    *,
    log_x: bool = True,
    log_y: bool = False,
    line_at: float | None = None,
) -> str:
    """Return an SVG element with the curves, their intervals as bars, and axes named with their units."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with rc_context(STYLE):
        figure = Figure(figsize=SIZE_IN, layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.add_subplot()
        if log_x:
            axes.set_xscale("log")
        if log_y:
            axes.set_yscale("log")
        if line_at is not None:
            axes.axhline(line_at, color="#888888", linewidth=1, linestyle="--")
        for curve, colour, marker in zip(drawn, COLOURS, MARKERS, strict=False):
            _draw(axes, curve, colour, marker)
        _name_axes(axes, across, up)
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    text = written.getvalue()
    return text[text.index("<svg") :]


def _draw(axes: Any, curve: Curve, colour: str, marker: str) -> None:
    known = [
        (place, one.value, one.low, one.high)
        for place, one in zip(curve.across, curve.estimates, strict=True)
        if one.value is not None and one.low is not None and one.high is not None
    ]
    values = [value for _, value, _, _ in known]
    bars = [
        [max(0.0, value - low) for _, value, low, _ in known],
        [max(0.0, high - value) for _, value, _, high in known],
    ]
    places = [place for place, _, _, _ in known]
    axes.errorbar(places, values, yerr=bars, label=curve.name, color=colour, marker=marker, capsize=3, linewidth=1.5)


def _name_axes(axes: Any, across: str, up: str) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    plain = FuncFormatter(lambda value, _: f"{value:,.10g}")
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.xaxis.set_major_formatter(plain)
    axes.xaxis.set_minor_formatter(NullFormatter())
    if axes.get_yscale() == "log":
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.yaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(plain)
    axes.grid(visible=True, color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.legend(frameon=False)
