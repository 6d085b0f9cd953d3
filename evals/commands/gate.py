"""`python -m evals gate`: whether a result holds the thresholds of gate.toml."""

from pathlib import Path
from typing import Annotated

import typer


def gate(
    result: Annotated[Path, typer.Argument(help="A result of `evals run`.", exists=True, dir_okay=False)],
    thresholds: Annotated[Path | None, typer.Option(help="evals/gate.toml when left out.", dir_okay=False)] = None,
) -> None:
    """Say which thresholds do not hold; exit 1 when there is one."""
    from evals.gate import GATE, failures, load_gate
    from evals.result import load

    loaded = load(result)
    rules = load_gate(thresholds or GATE)
    broken = list(failures(loaded, rules))
    for line in broken:
        typer.echo(f"not held: {line}")
    count = len(rules.least) + len(rules.most) + len(rules.ahead_of_trivial)
    typer.echo(f"{count - len(broken)} of {count} thresholds hold for {loaded.id}.")
    raise typer.Exit(1 if broken else 0)
