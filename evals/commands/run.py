"""`python -m evals run`: a release over a data set, into one JSON."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agent.assemble import Agent
    from evals.datasets import DataSet
    from evals.result import Comparison, Result
    from evals.run import Ran
    from evals.subjects.agent import AgentSubject
    from evals.subjects.subject import Subject

SEED = 20261125
T = TypeVar("T")


def run(
    release: Annotated[str, typer.Argument(help="A release's id or kind.")] = "embedded",
    data: Annotated[str, typer.Option(help="dev, holdout, smoke, or a .yaml or .jsonl file.")] = "dev",
    k: Annotated[int, typer.Option(min=1, max=32, help="How often each case is run.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Where the result goes; var/evals/<id>.json when left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the measures as JSON.")] = False,
) -> None:
    """Run a release over a data set and write the result."""
    from agent.assemble import assemble
    from agent.settings import Settings
    from evals.commands.show import show_result, show_result_json
    from evals.datasets import data_set
    from evals.result import save

    settings = Settings(release=release)
    cases = data_set(data)
    agent = assemble(settings)
    try:
        result = asyncio.run(run_over(agent, settings.var, cases, k))
    finally:
        agent.close()
    file = out or settings.var / "evals" / f"{result.id}.json"
    save(result, file)
    (show_result_json if as_json else show_result)(result)
    typer.echo(f"Written to {file}.", err=True)


async def run_over(agent: "Agent", var: Path, data: "DataSet", k: int, uses: Path | None = None) -> "Result":
    """Return the whole result. A use of a sealed data set is recorded first: in `uses`, else the holdout's."""
    from evals.datasets import CATEGORY
    from evals.environment import environment
    from evals.holdout import USES, record_use
    from evals.run import make_result, run_cases
    from evals.subjects.agent import AgentSubject

    where = environment()
    if data.sealed:
        typer.echo(record_use(agent.release.id, where, uses or USES), err=True)
    subject = AgentSubject(agent, agent.release.kind)
    await subject.answer(data.cases[0])  # warm-up: what is read from disk at first use is not the ticket's time
    ran = await run_cases(subject, data, k, _progress, agent.reader)
    result = make_result(ran, data, agent, subject.name, SEED, where)
    if data.judged_by == CATEGORY:
        return result
    return await _completed(result, ran, agent, var, data)


async def _completed(result: "Result", ran: "list[Ran]", agent: "Agent", var: Path, data: "DataSet") -> "Result":
    """Add what needs more than the cases: other subjects, relations, retrieval, the classifier, where failures are."""
    from evals.measures.retrieval import load_questions, retrieval_measures, search_all
    from evals.measures.weakness import weak_measures
    from evals.relations.run import run_relations
    from evals.subjects.agent import AgentSubject

    subject = AgentSubject(agent, agent.release.kind)
    others = await _others(subject, data, var / "evals" / "vectors")
    cases, answers = [one.case for one in ran], [one.answers[0] for one in ran]
    asked = list(zip(cases, answers, strict=True))
    relations = await run_relations(subject, _progress(asked, "changed forms"), SEED, sealed=data.sealed)
    result = result.model_copy(
        update={
            "others": others,
            "weak_measures": weak_measures(result.measures, others),
            "relations": relations,
            "retrieval": retrieval_measures(search_all(agent, load_questions())),
            "classifier": _classifier(agent),
        }
    )
    return result if data.sealed else await _located(result, ran, agent)


async def _others(subject: "AgentSubject", data: "DataSet", kept: Path) -> "tuple[Comparison, ...]":
    from evals.run import compared, run_cases
    from evals.subjects.trivial import trivial_agents

    without = subject.without_context()
    subjects: list[tuple[Subject, bool]] = [
        (without, False),
        *((one, True) for one in trivial_agents(subject.agent, kept)),
    ]
    return tuple(
        [compared(one.name, await run_cases(one, data, 1, _progress), trivial=trivial) for one, trivial in subjects]
    )


def _classifier(agent: "Agent") -> dict[str, object]:
    from agent.bulk import BulkClassifier
    from evals.datasets import load_labelled
    from evals.measures.classifier import classifier_measures

    return classifier_measures(BulkClassifier(agent.reader.encoder, agent.head), load_labelled())


async def _located(result: "Result", ran: "list[Ran]", agent: "Agent") -> "Result":
    """Replay each failed case with one step at a time put right."""
    from evals.locate.locate import locate

    failed = {one.case.id: one.case for one in ran if not result_completed(result, one.case.id)}
    found = {case.id: await locate(agent, case) for case in _progress(list(failed.values()), "locating failures")}
    cases = tuple(
        case.model_copy(update={"located": found[case.id].step, "repairs": dict(found[case.id].repairs)})
        if case.id in found
        else case
        for case in result.cases
    )
    return result.model_copy(update={"cases": cases})


def result_completed(result: "Result", id: str) -> bool:
    """Say whether the first attempt of a case was completed."""
    return next(case.first.completed for case in result.cases if case.id == id)


def _progress(cases: "Iterable[T]", what: str) -> "Iterable[T]":
    from rich.console import Console
    from rich.progress import track

    return track(list(cases), description=f"{what:<24}", console=Console(stderr=True), disable=not sys.stderr.isatty())
