"""`python -m evals bench`: how long a ticket takes, alone and among many, and what asking a large model gives."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from evals.bench.cascade.report import CascadeReport
    from evals.bench.growth_report import GrowthReport
    from evals.bench.latency_report import LatencyReport
    from evals.bench.load.batching_report import BatchingReport
    from evals.bench.load.report import LoadReport
    from evals.bench.models.report import ModelsReport
    from evals.bench.page import Figure
    from evals.bench.sheet import Sheet

app = typer.Typer(
    help="How long a ticket takes, how that grows with the passages, and what happens under load.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
Json = Annotated[bool, typer.Option("--json", help="Print the report as JSON and nothing else.")]
Html = Annotated[Path | None, typer.Option("--html", help="Also write a page with the curves to this file.")]
Quick = Annotated[bool, typer.Option("--quick", help="Fewer tickets; for growth at most 10,000 passages.")]


@app.command()
def latency(json: Json = False, html: Html = None, quick: Quick = False) -> None:
    """Compare a whole ticket with the plain encoding of its text."""
    from evals.bench.latency_sheet import latency_figures, latency_sheet

    report = run_latency(quick)
    sheet = latency_sheet(report)
    _tell(sheet, report.model_dump_json(indent=2), json)
    _write(html, sheet, lambda: latency_figures(report))


@app.command()
def growth(json: Json = False, html: Html = None, quick: Quick = False) -> None:
    """Time tickets with 10 to 100,000 passages."""
    from evals.bench.growth_sheet import growth_figures, growth_sheet

    report = run_growth(quick)
    sheet = growth_sheet(report)
    _tell(sheet, report.model_dump_json(indent=2), json)
    _write(html, sheet, lambda: growth_figures(report))


@app.command()
def load(
    json: Json = False,
    quick: Quick = False,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes of the service.")] = 1,
) -> None:
    """Send the service up to ten times as much as it can take."""
    from evals.bench.load.sheet import load_sheet

    report = run_load(quick, workers)
    _tell(load_sheet(report), report.model_dump_json(indent=2), json)


@app.command()
def batching(json: Json = False, quick: Quick = False) -> None:
    """Compare the service with one whose encoder takes what waits together."""
    from evals.bench.load.batching_report import batching_sheet

    report = run_batching(quick)
    _tell(batching_sheet(report), report.model_dump_json(indent=2), json)


@app.command()
def cascade(json: Json = False, html: Html = None, quick: Quick = False) -> None:
    """Study how right the cascade is, against how often a scripted teacher is asked."""
    from evals.bench.cascade.sheet import cascade_figures, cascade_sheet

    report = run_cascade(quick)
    sheet = cascade_sheet(report)
    _tell(sheet, report.model_dump_json(indent=2), json)
    _write(html, sheet, lambda: cascade_figures(report))


@app.command()
def models(
    json: Json = False,
    quick: Quick = False,
    delay_ms: Annotated[int, typer.Option(min=0, help="That the scripted server waits before each answer.")] = 200,
) -> None:
    """Time whole tickets as embedded, cascade and llm against a scripted server."""
    from evals.bench.models.sheet import models_sheet

    report = run_models(quick, delay_ms)
    _tell(models_sheet(report), report.model_dump_json(indent=2), json)


def run_models(quick: bool, delay_ms: int) -> "ModelsReport":
    """Put the parts together and measure; raises what their opening raises."""
    from agent.quiet import quiet

    quiet()

    from evals.bench.models.measure import QUICK, ModelsPlan, measure_models
    from evals.bench.parts import opened_parts

    with opened_parts() as parts:
        return measure_models(parts, QUICK if quick else ModelsPlan(), delay_ms)


def run_cascade(quick: bool) -> "CascadeReport":
    """Put the parts together and study; raises what their opening raises."""
    from agent.quiet import quiet

    quiet()

    from agent.assemble import assemble
    from agent.settings import Settings
    from evals.bench.cascade.study import study
    from evals.datasets import load_labelled

    agent = assemble(Settings(release="embedded"))
    try:
        return study(agent, load_labelled(), draws=5 if quick else 40)
    finally:
        agent.close()


def run_latency(quick: bool) -> "LatencyReport":
    """Put the parts together and measure; raises what their opening raises."""
    from agent.quiet import quiet

    quiet()

    from evals.bench.latency import QUICK, LatencyPlan, measure_latency
    from evals.bench.parts import opened_parts, opened_peer

    with opened_parts() as parts:
        peer = opened_peer(parts)
        return measure_latency(parts.agent, peer, parts.libraries, QUICK if quick else LatencyPlan(), parts.progress)


def run_growth(quick: bool) -> "GrowthReport":
    """Put the parts together and measure; raises what their opening raises."""
    from agent.quiet import quiet

    quiet()

    from evals.bench.growth import QUICK, GrowthPlan, measure_growth
    from evals.bench.parts import opened_parts

    with opened_parts() as parts:
        plan = QUICK if quick else GrowthPlan()
        return measure_growth(parts.agent, parts.threads, parts.libraries, plan, parts.progress)


def run_load(quick: bool, workers: int) -> "LoadReport":
    """Start a server and measure; raises what its opening raises."""
    from agent.quiet import quiet

    quiet()

    from evals.bench.load.measure import QUICK, LoadPlan, measure_load
    from evals.bench.parts import opened_parts

    with opened_parts() as parts:
        return measure_load(parts, workers, QUICK if quick else LoadPlan())


def run_batching(quick: bool) -> "BatchingReport":
    """Put the parts together and measure; raises what their opening raises."""
    from agent.quiet import quiet

    quiet()

    from evals.bench.load.batching import QUICK, BatchingPlan, measure_batching
    from evals.bench.parts import opened_parts

    with opened_parts() as parts:
        return measure_batching(parts, QUICK if quick else BatchingPlan())


def _tell(sheet: "Sheet", data: str, json: bool) -> None:
    from evals.bench.terminal import show

    if json:
        typer.echo(data)
    else:
        show(sheet)


def _write(file: Path | None, sheet: "Sheet", figures: "Callable[[], list[Figure]]") -> None:
    from evals.bench.page import render
    from knowledge.atomic import write_file

    if file is not None:
        write_file(file, render(sheet, figures()))
