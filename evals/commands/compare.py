"""`python -m evals compare A B`: what changed case by case, the differences with their intervals, one verdict."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from evals.compare import Compared

MOST_CHANGES = 60  # that are printed; --json has all


def compare(
    a: Annotated[Path, typer.Argument(help="The result to compare with.", exists=True, dir_okay=False)],
    b: Annotated[Path, typer.Argument(help="The newer result.", exists=True, dir_okay=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Compare two results; exit 1 when B is worse or the two can't be compared."""
    from evals.compare import compare as compared_of
    from evals.result import load
    from evals.statistics.verdict import Verdict

    compared = compared_of(load(a), load(b))
    if as_json:
        typer.echo(compared.model_dump_json(indent=1))
    else:
        _show(compared)
    raise typer.Exit(1 if compared.verdict.verdict in {Verdict.WORSE, Verdict.NOT_COMPARABLE} else 0)


def _show(compared: "Compared") -> None:
    typer.echo(f"A {compared.a}\nB {compared.b}")
    for difference in compared.differing:
        typer.echo(f"  differs: {difference}")
    for change in compared.changes[:MOST_CHANGES]:
        told = "; ".join((*change.differences, change.cause))
        typer.echo(f"  {change.became:<7}{change.id:<34}{told}  [{', '.join(change.segments)}]")
    if len(compared.changes) > MOST_CHANGES:
        typer.echo(f"  ... and {len(compared.changes) - MOST_CHANGES} more")
    if compared.counts:
        typer.echo("cases: " + ", ".join(f"{count} {became}" for became, count in compared.counts.items()))
    for cause, count in compared.by_cause.items():
        typer.echo(f"  {count:>4} x {cause}")
    _show_differences(compared)
    needed = compared.verdict.cases_needed
    enough = f" About {needed} cases would be enough." if needed else ""
    typer.echo(f"verdict: {compared.verdict.verdict.value}. {compared.verdict.reason}{enough}")


def _show_differences(compared: "Compared") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="B minus A, paired (segments are exploratory: with many of them one will differ by luck)")
    for heading in ("of", "difference", "95 % interval", "n", "only A", "only B", "McNemar p"):
        table.add_column(heading, justify="left" if heading == "of" else "right")
    rows = [*compared.measures.items(), *((f"  {name}", paired) for name, paired in compared.by_segment.items())]
    for name, paired in rows:
        end = paired.difference
        if end.value is None or end.low is None or end.high is None:
            continue
        interval = f"{end.low:+.3f} to {end.high:+.3f}"
        counts = (str(paired.n), str(paired.only_a), str(paired.only_b))
        table.add_row(name, f"{end.value:+.3f}", interval, *counts, f"{paired.mcnemar_p:.3f}")
    Console(width=None if Console().is_terminal else 120).print(table)
    for name, (was, now) in compared.operations.items():
        typer.echo(f"  {name:<32} {was} -> {now}")
