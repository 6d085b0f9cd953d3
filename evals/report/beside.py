"""Several results side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evals.compare import compare
from evals.report.head import gated
from evals.report.writing import NONE, interval, milliseconds, number, short, spaced
from evals.result import Result
from evals.statistics.estimate import Estimate

COSTS = {
    "input_tokens": "input tokens a ticket",
    "output_tokens": "output tokens a ticket",
    "model_calls": "model calls a ticket",
    "retry_rate": "retries a ticket",
    "cost_usd": "USD a ticket",
    "tool_calls": "tool calls a ticket",
    "fallback_rate": "share of fallbacks",
    "escalation_rate": "share of escalations",
    "cost_usd_of_a_success": "USD a completed ticket",
}


@dataclass(frozen=True)
class Beside:
    """One row a figure, one cell a result; `verdicts` says what may be said of the first against each other one."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    verdicts: tuple[str, ...]


def beside(results: Sequence[Result]) -> Beside | None:
    """Return the comparison, or None for a single result."""
    if len(results) < 2:
        return None
    return Beside(
        names=tuple(result.id for result in results),
        rows=(*_heads(results), *_measures(results), *_costs(results)),
        verdicts=tuple(_verdict(results[0], other) for other in results[1:]),
    )


def _heads(results: Sequence[Result]) -> list[tuple[str, tuple[str, ...]]]:
    return [
        ("release", tuple(one.release for one in results)),
        ("data set", tuple(f"{one.data.name}, {one.data.cases} cases, {one.data.sha256[:8]}" for one in results)),
        ("gate", tuple(gated(one).state for one in results)),
    ]


def _measures(results: Sequence[Result]) -> list[tuple[str, tuple[str, ...]]]:
    found = [result.measures | result.retrieval for result in results]
    names = dict.fromkeys(name for measures in found for name in measures)
    return [(spaced(name), tuple(_cell(measures, name) for measures in found)) for name in names]


def _cell(measures: Mapping[str, Estimate], name: str) -> str:
    one = measures.get(name)
    return NONE if one is None else f"{number(one.value)} [{interval(one)}] n={one.n}"


def _costs(results: Sequence[Result]) -> list[tuple[str, tuple[str, ...]]]:
    ticket = [result.operations.steps_ms.get("ticket", {}) for result in results]
    rows = [
        (f"whole ticket, {name}, ms", tuple(milliseconds(one[name].value) if name in one else NONE for one in ticket))
        for name in ("p50", "p95", "p99")
        if any(name in one for one in ticket)
    ]
    names = dict.fromkeys(name for result in results for name in result.operations.per_ticket)
    return rows + [
        (cost_name(name), tuple(short(result.operations.per_ticket.get(name)) for result in results)) for name in names
    ]


def cost_name(name: str) -> str:
    """Return what a figure of Operations.per_ticket is, as people write it."""
    return COSTS.get(name, spaced(name))


def _verdict(first: Result, other: Result) -> str:
    compared = compare(other, first)
    return f"{first.id} against {other.id}: {compared.verdict.verdict.value}. {compared.verdict.reason}"
