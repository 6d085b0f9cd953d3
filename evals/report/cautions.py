"""What may not be concluded from a result."""

from collections.abc import Iterator

from agent.taxonomy import TAXONOMY
from evals.datasets import CATEGORY
from evals.report.writing import spaced
from evals.result import Result

FEW = 100  # cases below which a difference between two runs hardly shows
FEW_OF_A_GROUP = 20


def cautions(result: Result) -> list[str]:
    """Return them as sentences, the gravest first."""
    return [*_of_size(result), *_of_data(result), *_of_judging(result), *_of_running(result)]


def _of_size(result: Result) -> Iterator[str]:
    main = result.measures.get("category" if result.data.judged_by == CATEGORY else "task_completion")
    if main and main.low is not None and main.high is not None:
        half = (main.high - main.low) / 2 * 100
        few = " That is few." if main.n < FEW else ""
        yield (
            f"The main figure stands on {main.n} cases and is known to about {half:.0f} points either way.{few} "
            "A smaller difference from another run is no difference; python -m evals compare pairs the cases and "
            "says more."
        )
    missing = len(TAXONOMY) - len(result.by_category)
    if missing > 0:
        yield (
            f"{missing} of {len(TAXONOMY)} categories are expected of no case. One of them that was given all the same "
            "counts as 0 in macro F1, which is low for that reason."
        )
    thin = [f"{spaced(name)} ({one.n})" for name, one in result.by_category.items() if one.n < FEW_OF_A_GROUP]
    if thin:
        yield f"Fewer than {FEW_OF_A_GROUP} cases each, so a hint at most: {', '.join(thin)}."
    groups = len(result.by_segment) + len(result.by_category)
    if groups > 1:
        yield f"There are {groups} groups below. With that many, one will look good or bad by luck alone."


def _of_data(result: Result) -> Iterator[str]:
    if result.data.judged_by == CATEGORY:
        yield (
            "These tickets carry a category and nothing else: what was decided, said and done about them is not judged "
            "here."
        )
    else:
        yield (
            "The suite's own cases, dev and holdout alike, were written by the agent's authors. A holdout that is as "
            "good as dev shows that dev was not learned by heart, not that real customers write like that."
        )
    if result.data.sealed:
        yield (
            "This result is sealed: nothing of single cases is kept or shown. Each look at a holdout wears it out; "
            "evals/data/holdout/uses.jsonl counts them."
        )
    if result.classifier:
        yield (
            "Reliability, risk-coverage and retrieval are measured on tickets and questions of their own, not on the "
            "cases of this run."
        )


def _of_judging(result: Result) -> Iterator[str]:
    unjudged = [f"{spaced(name)} ({one.unjudged})" for name, one in result.measures.items() if one.unjudged]
    if unjudged:
        yield f"Code could not judge some cases; they count neither for nor against: {', '.join(unjudged)}."
    if result.weak_measures:
        names = ", ".join(spaced(weak.partition(": ")[0]) for weak in result.weak_measures)
        yield f"A trivial agent comes near or does better on these, so they say little of this one: {names}."
    if not result.others and result.data.judged_by != CATEGORY:
        yield "No trivial agent was run on the same cases, so nothing says which measures are easy."


def _of_running(result: Result) -> Iterator[str]:
    if result.k == 1:
        yield "Each case was run once: whether the same ticket is always answered alike is not known from this."
    if result.environment.commit is None or result.environment.dirty:
        yield "The code that ran is not a commit as it stands, so nobody can run exactly it again."
    yield "Latency is of one ticket at a time on one machine; nothing follows for another machine or under load."
