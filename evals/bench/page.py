"""A benchmark's sheet with its figures as one page of HTML that stands alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.bench.sheet import Sheet

TEMPLATE = Path(__file__).with_suffix(".html")


@dataclass(frozen=True)
class Figure:
    """An SVG element that this project drew, with its caption."""

    title: str
    caption: str
    svg: str


def render(sheet: Sheet, figures: Sequence[Figure]) -> str:
    """Return the page; all text is escaped, figures are put in as they are."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return template.render(sheet=sheet, figures=figures)
