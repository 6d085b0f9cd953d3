"""What was run, in facts and in one sentence, and whether the gate holds."""

from dataclasses import dataclass
from pathlib import Path

from evals.datasets import CATEGORY
from evals.gate import GATE, BadGateError, failures, load_gate
from evals.report.writing import percent
from evals.result import Result


@dataclass(frozen=True)
class Gated:
    """What the gate says: `state` is held, not held, empty or unreadable."""

    state: str
    says: str
    lines: tuple[str, ...] = ()


def gated(result: Result, file: Path = GATE) -> Gated:
    """Hold a result against the thresholds; a gate that can't be read is said to be so."""
    try:
        gate = load_gate(file)
    except BadGateError as problem:
        return Gated("unreadable", "The gate could not be read, so it says nothing of this result.", (str(problem),))
    count = len(gate.least) + len(gate.most) + len(gate.ahead_of_trivial)
    broken = tuple(failures(result, gate))
    if not count:
        return Gated("empty", "The gate has no thresholds, so it says nothing of this result.")
    if not broken:
        return Gated("held", f"The gate holds: all {count} thresholds are kept.")
    says = f"The gate does not hold: {len(broken)} of {count} thresholds are not kept."
    if result.data.judged_by == CATEGORY:
        says += " It is made for cases with an end state; these tickets tell the category only."
    return Gated("not held", says, broken)


def lead(result: Result) -> str:
    """Return the outcome in one sentence for a reader who wants one."""
    by_category = result.data.judged_by == CATEGORY
    estimate = result.measures.get("category" if by_category else "task_completion")
    if estimate is None or estimate.value is None or estimate.low is None or estimate.high is None:
        return "The main measure could not be made."
    did = "were given a right category" if by_category else "were handled right in everything that was checked"
    return (
        f"{percent(estimate.value)} of {estimate.n} tickets {did}. With this many tickets the true share lies between "
        f"{percent(estimate.low)} and {percent(estimate.high)} (95\u00a0% interval)."
    )


def facts(result: Result) -> list[tuple[str, str]]:
    """Return what a reader must know to repeat the run."""
    data, where = result.data, result.environment
    changed = {True: ", with uncommitted changes", False: ", nothing changed since", None: ""}[where.dirty]
    return [
        ("Release", result.release),
        ("Subject", result.subject),
        ("Data set", f"{data.name}{' (sealed)' if data.sealed else ''}"),
        ("Cases (n)", f"{data.cases}, judged by {data.judged_by}"),
        ("Attempts a case (k)", str(result.k)),
        ("Commit", f"{where.commit or 'none: not run in a checkout'}{changed}"),
        ("Machine", f"{where.processor}, {where.cores} cores"),
        ("Python", where.python),
        ("Run at", f"{result.made_at:%Y-%m-%d %H:%M} UTC"),
        ("Seed", str(result.seed)),
    ]


def versions(result: Result) -> list[tuple[str, str]]:
    """Return hashes of everything that shapes an answer, and the libraries' versions."""
    hashes = [(f"{name}, hash", value) for name, value in result.hashes.items()]
    return [("data set, SHA-256", result.data.sha256), *hashes, *result.environment.libraries.items()]
