"""A picture with what a reader needs beside it, and how matplotlib's SVG is made fit for a page of HTML.

Axes and words take the colour of the page's text, so that a picture reads on light and on dark.
"""

import html
import io
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from evals.report.writing import Table

# Stand-ins, replaced by what the page's style sheet decides.
INK, QUIET, LINE = "#010203", "#010204", "#010205"
# Okabe and Ito's colours, which differ for colour-blind readers too; the style sheet has lighter ones for the dark.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
_PAGE_COLOURS = {
    INK: "currentColor",
    QUIET: "var(--quiet)",
    LINE: "var(--line)",
    **{colour: f"var(--data-{place})" for place, colour in enumerate(COLOURS)},
}
MARKERS = ("o", "s", "^", "D")
WIDTH_IN = 4.6
STYLE: dict[Any, Any] = {
    "svg.hashsalt": "support-triage",  # the same ids in every run
    "svg.fonttype": "none",
    "text.parse_math": False,  # a dollar in a name is a dollar
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": QUIET,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "legend.frameon": False,
    "legend.fontsize": 10,
}
_FONTS = re.compile(r"'DejaVu Sans'[^;\"]*?sans-serif")
_OWN_STYLE = re.compile(r"<style.*?</style>", re.DOTALL)
_TAG = re.compile(r"<[a-z][^>]*>")


@dataclass(frozen=True)
class Picture:
    """`n` says of how many what; `svg` is empty where there is nothing to draw, and `missing` then says why."""

    name: str
    title: str
    caption: str
    n: str = ""
    svg: str = ""
    missing: str = ""
    table: Table | None = None
    wide: bool = False


def drawn(name: str, label: str, size_in: tuple[float, float], paint: Callable[[Any], None]) -> str:
    """Return an SVG element with its own ids; `paint` fills a matplotlib Figure, `label` is read out in its place."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    written = io.StringIO()
    with rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # the browser has its own fonts
        figure = Figure(figsize=size_in, layout="constrained")
        FigureCanvasSVG(figure)
        paint(figure)
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(written, format="svg", transparent=True, metadata=nothing)
    return _for_a_page(written.getvalue(), name, label, size_in)


def _for_a_page(text: str, name: str, label: str, size_in: tuple[float, float]) -> str:
    """Take off what stands for a file of its own, and keep ids and colours from meeting those of other pictures."""
    inside = _OWN_STYLE.sub("", text[text.index(">", text.index("<svg")) + 1 :])
    inside = _TAG.sub(lambda tag: _tag(tag[0], name), inside)
    width, height = (side * 72 for side in size_in)
    head = f'<svg class="drawn" role="img" aria-label="{html.escape(label)}" viewBox="0 0 {width:g} {height:g}">'
    return head + inside.strip()


def _tag(tag: str, name: str) -> str:
    tag = tag.replace(' id="', f' id="{name}-').replace('xlink:href="#', f'href="#{name}-')
    tag = _FONTS.sub("var(--drawn-font)", tag.replace("url(#", f"url(#{name}-"))
    for ours, theirs in _PAGE_COLOURS.items():
        tag = tag.replace(ours, theirs)
    return tag
