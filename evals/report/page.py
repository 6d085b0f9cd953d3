"""Puts the page together. All text is escaped; only pictures that this project drew go in as they are."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.report.beside import beside, cost_name
from evals.report.cautions import cautions
from evals.report.failing import by_step, failed_checks, failing, shown_cases
from evals.report.happened import called, happened
from evals.report.head import Gated, facts, lead, versions
from evals.report.measures import bar, measure_rows
from evals.report.pictures.every import pictures
from evals.report.writing import anchor, interval, milliseconds, number, short, spaced, visible
from evals.result import Result

TEMPLATES = Path(__file__).parent


def page(results: Sequence[Result], gate: Gated) -> str:
    """Return the page of the first result, with the others beside it; the same input gives the same text.

    Raises BadResultError where a part of the result has another form than this version writes.
    """
    result = results[0]
    failed = failing(result)
    template = _environment().get_template("page.html.j2")
    made: str = template.render(
        result=result,
        gate=gate,
        lead=lead(result),
        facts=facts(result),
        versions=versions(result),
        cautions=cautions(result),
        rows=measure_rows(result),
        pictures=pictures(results),
        failing=failed,
        by_step=by_step(failed),
        failed_checks=failed_checks(result.cases),
        shown=shown_cases(result),
        beside=beside(results),
    )
    return made


def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_written,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "anchor": anchor,
        "bar": bar,
        "happened": happened,
        "interval": interval,
        "ms": milliseconds,
        "number": number,
        "costs": cost_name,
        "short": short,
        "spaced": spaced,
    }
    environment.globals["called"] = called
    return environment


def _written(value: object) -> object:
    """Make hidden characters visible in everything but what is markup already."""
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
