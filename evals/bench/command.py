"""`python -m evals bench`: how long a ticket takes, alone and among many, and what asking a large model gives."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

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
    from evals.bench.running import run_latency

    report = run_latency(quick)
    sheet = latency_sheet(report)
    _tell(sheet, report.model_dump_json(indent=2), json)
    _write(html, sheet, lambda: latency_figures(report))


@app.command()
def growth(json: Json = False, html: Html = None, quick: Quick = False) -> None:
    """Time tickets with 10 to 100,000 passages."""
    from evals.bench.growth_sheet import growth_figures, growth_sheet
    from evals.bench.running import run_growth

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
    from evals.bench.running import run_load

    report = run_load(quick, workers)
    _tell(load_sheet(report), report.model_dump_json(indent=2), json)


@app.command()
def batching(json: Json = False, quick: Quick = False) -> None:
    """Compare the service with one whose encoder takes what waits together."""
    from evals.bench.load.batching_report import batching_sheet
    from evals.bench.running import run_batching

    report = run_batching(quick)
    _tell(batching_sheet(report), report.model_dump_json(indent=2), json)


@app.command()
def batch(json: Json = False, quick: Quick = False) -> None:
    """Compare the batch job with the encoder alone and with other ways through many texts."""
    from evals.bench.batch.sheet import batch_sheet
    from evals.bench.running import run_batch

    report = run_batch(quick)
    _tell(batch_sheet(report), report.model_dump_json(indent=2), json)


@app.command("batch-rows")
def batch_rows(
    json: Json = False,
    quick: Quick = False,
    rows: Annotated[int, typer.Option(min=20_000, help="Short texts to classify.")] = 200_000,
) -> None:
    """Classify very many rows, and see whether the batch job slows down or grows on the way."""
    from evals.bench.batch.rows import QUICK
    from evals.bench.batch.rows_report import rows_sheet
    from evals.bench.running import run_rows

    report = run_rows(QUICK if quick else rows)
    _tell(rows_sheet(report), report.model_dump_json(indent=2), json)


@app.command("batch-cluster")
def batch_cluster(json: Json = False, quick: Quick = False) -> None:
    """Compare the batch job on Ray with the local one, and compute what many machines take. Needs ray."""
    from evals.bench.batch.cluster_report import cluster_sheet
    from evals.bench.running import run_cluster

    report = run_cluster(quick)
    _tell(cluster_sheet(report), report.model_dump_json(indent=2), json)


@app.command()
def cascade(json: Json = False, html: Html = None, quick: Quick = False) -> None:
    """Study how right the cascade is, against how often a scripted teacher is asked."""
    from evals.bench.cascade.sheet import cascade_figures, cascade_sheet
    from evals.bench.running import run_cascade

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
    from evals.bench.running import run_models

    report = run_models(quick, delay_ms)
    _tell(models_sheet(report), report.model_dump_json(indent=2), json)


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
