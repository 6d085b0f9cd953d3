"""`triage batch`: a file of tickets in, a file of answers out."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.batch.engine_name import EngineName
from service.batch.files.formats import PIPE, Format

if TYPE_CHECKING:
    from service.batch.wanted import Wanted

FAILED, INTERRUPTED = 1, 130
In = Annotated[Path, typer.Argument(metavar="IN", help="CSV, JSONL or Parquet by ending; - for a pipe.")]
Out = Annotated[Path, typer.Argument(metavar="OUT", help="CSV, JSONL or Parquet by ending; - for a pipe.")]
Full = Annotated[bool, typer.Option("--full", help="The whole way: next action, reply, citations.")]
Release = Annotated[str | None, typer.Option(help="A release's id or kind.")]
Workers = Annotated[int | None, typer.Option(min=1, max=256, help="Processes; one a core unless told.")]
AtOnce = Annotated[int, typer.Option(min=1, max=256, help="Rows for which a large model is asked together.")]
Column = Annotated[str | None, typer.Option(help="The column that holds it; guessed where a name says so.")]
From = Annotated[Format | None, typer.Option("--from", help="Format of IN, where no ending says it.")]
To = Annotated[Format | None, typer.Option("--to", help="Format of OUT, where no ending says it.")]
Encoding = Annotated[str, typer.Option(help="Of a CSV.")]
Delimiter = Annotated[str | None, typer.Option(help="Of a CSV; found in its header unless told.")]
Strict = Annotated[bool, typer.Option("--strict", help="Stop at the first row that can't be read.")]
MaxCost = Annotated[float | None, typer.Option(min=0, help="US dollars, at which to stop for now.")]
Engine = Annotated[EngineName, typer.Option(help="Ray: on the cluster of RAY_ADDRESS, or started here.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace OUT and forget a run begun there.")]


def batch(
    source: In,
    target: Out,
    full: Full = False,
    release: Release = None,
    workers: Workers = None,
    at_once: AtOnce = 8,
    text: Column = None,
    id: Column = None,
    customer: Column = None,
    order: Column = None,
    source_format: From = None,
    target_format: To = None,
    encoding: Encoding = "utf-8",
    delimiter: Delimiter = None,
    strict: Strict = False,
    max_cost: MaxCost = None,
    overwrite: Overwrite = False,
    engine: Engine = EngineName.LOCAL,
) -> None:
    """Classify every row of a file, or with --full triage it; killed, the same command goes on."""
    from service.batch.answers import Depth
    from service.batch.wanted import Wanted

    wanted = Wanted(
        source,
        target,
        Depth.FULL if full else Depth.CLASSIFY,
        release,
        workers,
        at_once,
        told={"text": text, "id": id, "customer": customer, "order": order},
        source_format=source_format,
        target_format=target_format,
        encoding=encoding,
        delimiter=delimiter,
    )
    _go(replace(wanted, strict=strict, most_cost=max_cost, overwrite=overwrite, engine=engine))


def _go(wanted: "Wanted") -> None:
    """Run it, and show how it goes and how it ended."""
    from rich.console import Console

    from service.batch.run import run_batch
    from service.batch.showing import Shown, show_outcome

    console = Console(stderr=True)
    try:
        with Shown(console) as shown:
            outcome = run_batch(wanted, shown)
    except KeyboardInterrupt:
        console.print("Interrupted." + ("" if wanted.target == PIPE else " The same command goes on where it was."))
        raise typer.Exit(INTERRUPTED) from None
    if outcome.before:
        console.print(f"All of this was done before; {wanted.target} is whole.", markup=False, soft_wrap=True)
    show_outcome(outcome, shown, console)
    if outcome.stopped is not None:
        console.print(f"Stopped: {outcome.stopped}.", markup=False, soft_wrap=True)
        raise typer.Exit(FAILED)
