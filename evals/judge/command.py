"""`python -m evals judge calibrate|grade`: whether a judge may be believed, and what it then says of a release."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from evals.judge.criteria import Criterion
    from evals.judge.protocol import Judge
    from evals.judge.rates import GradeReport
    from evals.judge.report import JudgeReport

SHUT, WRONG_USE = 1, 2
WIDTH = 100  # columns where the output is no terminal

app = typer.Typer(no_args_is_help=True)


@app.callback()
def judge() -> None:
    """Judges, and whether they may be believed."""


JudgeName = Annotated[str, typer.Option(help="overlap, always-yes or always-no.")]
Criteria = Annotated[
    list[str] | None, typer.Option("--criterion", help="Only this criterion of rubrics.toml; may be given again.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def calibrate(
    labels: Annotated[Path, typer.Argument(help="JSONL of labels.", exists=True, dir_okay=False)],
    judge: JudgeName = "overlap",
    criterion: Criteria = None,
    as_json: AsJson = False,
) -> None:
    """Hold a judge against labels; exit 0 where it may gate by every criterion, 1 where the gate stays shut."""
    from evals.judge.criteria import load_criteria
    from evals.judge.gate import thresholds
    from evals.judge.labels import load_labels
    from evals.judge.report import judge_report, table_of

    with _problems_said():
        chosen, criteria = _chosen(judge, criterion or [])
        report = asyncio.run(judge_report(chosen, load_labels(labels, load_criteria()), criteria, thresholds()))
    _end(report, as_json, [table_of(one) for one in report.criteria])


@app.command()
def grade(
    result: Annotated[Path, typer.Argument(help="A result of `evals run`.", exists=True, dir_okay=False)],
    labels: Annotated[Path, typer.Option(help="JSONL of labels of other replies.", exists=True, dir_okay=False)],
    judge: JudgeName = "overlap",
    criterion: Criteria = None,
    as_json: AsJson = False,
) -> None:
    """Say how many of a result's replies a judge calls good, raw and corrected for its errors; exits like calibrate."""
    from evals.judge.criteria import load_criteria
    from evals.judge.gate import thresholds
    from evals.judge.labels import load_labels
    from evals.judge.rates import grade_report, table_of_rates
    from evals.labelling import items_of

    with _problems_said():
        chosen, criteria = _chosen(judge, criterion or [])
        replies = {item.id: (item.ticket, item.reply) for item in items_of(result) if item.reply is not None}
        if not replies:
            raise typer.BadParameter(f"{result.name} holds no replies; a sealed result keeps none.")
        report = asyncio.run(
            grade_report(chosen, replies, load_labels(labels, load_criteria()), criteria, thresholds())
        )
    _end(report, as_json, [table_of_rates(report)])


def _chosen(judge: str, only: list[str]) -> tuple["Judge", dict[str, "Criterion"]]:
    """Return the judge and the criteria asked for; raises BadParameter for what there is not."""
    from evals.judge.criteria import load_criteria
    from evals.judge.judges import JUDGES

    if judge not in JUDGES:
        raise typer.BadParameter(f"There is no judge {judge}; there are {', '.join(JUDGES)}.")
    criteria = load_criteria()
    if unknown := [name for name in only if name not in criteria]:
        raise typer.BadParameter(f"There is no criterion {unknown[0]}; there are {', '.join(criteria)}.")
    return JUDGES[judge](), {name: one for name, one in criteria.items() if not only or name in only}


@contextmanager
def _problems_said() -> Iterator[None]:
    """Say in one line what is wrong with a file, and leave with its exit code."""
    from evals.cases.loading import BadCaseError
    from evals.judge.gate import BadThresholdsError
    from evals.judge.labels import BadLabelError
    from evals.result import BadResultError

    try:
        yield
    except (BadLabelError, BadCaseError, BadResultError) as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(WRONG_USE) from problem
    except BadThresholdsError as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(SHUT) from problem


def _end(report: "JudgeReport | GradeReport", as_json: bool, tables: list["Table"]) -> NoReturn:
    """Print the report and leave: 0 where the judge may gate, else 1."""
    from rich.console import Console

    if as_json:
        typer.echo(report.model_dump_json())
        raise typer.Exit(0 if report.may_gate else SHUT)
    console = Console(width=None if Console().is_terminal else WIDTH)
    for table in tables:
        console.print(table)
    said = "The judge may gate." if report.may_gate else "The gate stays shut; evals/CALIBRATION.md says what opens it."
    typer.echo(said, err=True)
    raise typer.Exit(0 if report.may_gate else SHUT)
