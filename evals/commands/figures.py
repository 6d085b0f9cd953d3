"""`python -m evals figures`: the README's figures from the committed results."""

from typing import Annotated

import typer


def figures(
    write: Annotated[bool, typer.Option("--write", help="Put them into README.md.")] = False,
) -> None:
    """Print the table of the committed results, or write it into the README."""
    from evals.figures import README, table, with_figures

    made = table()
    if not write:
        typer.echo(made)
        return
    README.write_text(with_figures(README.read_text(encoding="utf-8"), made), encoding="utf-8")
