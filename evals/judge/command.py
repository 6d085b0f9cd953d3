"""`python -m evals judge calibrate`: whether a judge may be believed, held against labels of people."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from evals.judge.report import JudgeReport

SHUT, WRONG_USE = 1, 2
WIDTH = 100  # columns where the output is no terminal

app = typer.Typer(no_args_is_help=True)


@app.callback()
def judge() -> None:
    """Judges, and whether they may be believed."""  # a callback keeps `calibrate` a command with a name


@app.command()
def calibrate(
    labels_file: Annotated[
        Path, typer.Argument(metavar="LABELS", help="JSONL of labels.", exists=True, dir_okay=False)
    ],
    judge: Annotated[str, typer.Option(help="overlap, always-yes or always-no.")] = "overlap",
    criterion: Annotated[
        list[str] | None, typer.Option(help="Only this criterion of rubrics.toml; may be given again.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Hold a judge against labels; exit 0 where it may gate by every criterion, 1 where the gate stays shut."""
    from evals.judge.gate import BadThresholdsError
    from evals.judge.labels import BadLabelError

    try:
        report = _report(labels_file, judge, criterion or [])
    except BadLabelError as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(WRONG_USE) from problem
    except BadThresholdsError as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(SHUT) from problem
    if as_json:
        typer.echo(report.model_dump_json())
    else:
        _show(report)
    raise typer.Exit(0 if report.may_gate else SHUT)


def _report(labels_file: Path, judge: str, only: list[str]) -> "JudgeReport":
    from evals.judge.criteria import load_criteria
    from evals.judge.gate import thresholds
    from evals.judge.judges import JUDGES
    from evals.judge.labels import load_labels
    from evals.judge.report import judge_report

    if judge not in JUDGES:
        raise typer.BadParameter(f"There is no judge {judge}; there are {', '.join(JUDGES)}.")
    criteria = load_criteria()
    if unknown := [name for name in only if name not in criteria]:
        raise typer.BadParameter(f"There is no criterion {unknown[0]}; there are {', '.join(criteria)}.")
    chosen = {name: criterion for name, criterion in criteria.items() if not only or name in only}
    labels = load_labels(labels_file, criteria)
    return asyncio.run(judge_report(JUDGES[judge](), labels, chosen, thresholds()))


def _show(report: "JudgeReport") -> None:
    from rich.console import Console

    from evals.judge.report import table_of

    console = Console(width=None if Console().is_terminal else WIDTH)
    for one in report.criteria:
        console.print(table_of(one))
    said = "The judge may gate." if report.may_gate else "The gate stays shut; evals/CALIBRATION.md says what opens it."
    typer.echo(said, err=True)
