"""`python -m evals report`: results as one HTML page that stands alone."""

from pathlib import Path
from typing import Annotated

import typer

PUBLISHED = Path(__file__).parent.parent / "results"


def report(
    results: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[RESULT]...",
            help="Results of `evals run`: the first in full, further ones beside it. "
            "The newest of var/evals when left out, else those of evals/results.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where the page goes; var/evals/<result>.html when left out.")
    ] = None,
) -> None:
    """Write a page with measures, pictures and every failed case."""
    from agent.settings import Settings
    from evals.report.head import gated
    from evals.report.page import page
    from evals.result import load
    from knowledge.atomic import write_file

    kept = Settings().var / "evals"
    files = results or found(kept, PUBLISHED)
    loaded = [load(file) for file in files]
    file = out or kept / f"{files[0].stem}.html"
    write_file(file, page(loaded, gated(loaded[0])))
    typer.echo(f"Written to {file}.", err=True)


def found(kept: Path, published: Path) -> list[Path]:
    """Return the newest result that was kept, else all that are published; raises BadResultError where is none."""
    from evals.result import BadResultError

    newest = sorted(kept.glob("*.json"), key=lambda file: (file.stat().st_mtime, file.name))[-1:]
    files = newest or sorted(published.glob("*.json"))
    if not files:
        raise BadResultError(f"There is no result in {kept}: make one with `python -m evals run`.")
    return files
