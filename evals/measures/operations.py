"""What a run costs, read off its traces and Decisions."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from agent.taxonomy import NextAction
from agent.trace import StepDone, StepFailed
from evals.result import Operations
from evals.statistics.clusters import TooFewError
from evals.statistics.estimate import Estimate
from evals.statistics.quantiles import quantile_estimate
from evals.subjects.subject import Answer

QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


def operations(answers: Sequence[Answer], done: Sequence[bool], reading_ms: Sequence[float | None]) -> Operations:
    """Return latency by step and costs; `reading_ms` is what reading each answer's text alone took, right after it."""
    steps: dict[str, list[float]] = defaultdict(list)
    for answer in answers:
        if answer.decision is None or answer.trace is None:
            continue
        steps["ticket"].append(answer.decision.latency_ms)
        for event in answer.trace.events:
            if isinstance(event, StepDone):
                steps[event.step].append(event.duration_ms)
    return Operations(
        steps_ms={step: _quantiles(times) for step, times in steps.items()},
        reading_ratio=_ratio(answers, reading_ms),
        per_ticket=_per_ticket(answers, done),
    )


def _quantiles(times: Sequence[float]) -> dict[str, Estimate]:
    """Return those quantiles for which there are enough times."""
    found = {}
    for name, share in QUANTILES.items():
        try:
            found[name] = quantile_estimate(times, share)
        except TooFewError:
            continue
    return found


def _ratio(answers: Sequence[Answer], reading_ms: Sequence[float | None]) -> dict[str, float]:
    """Return quantiles of the ratios ticket by ticket: what slows the machine for a while slows both."""
    pairs = zip(answers, reading_ms, strict=True)
    ratios = [answer.decision.latency_ms / alone for answer, alone in pairs if answer.decision and alone]
    return {name: round(float(np.quantile(ratios, QUANTILES[name])), 3) for name in ("p50", "p95") if ratios}


def _per_ticket(answers: Sequence[Answer], done: Sequence[bool]) -> dict[str, float]:
    decisions = [answer.decision for answer in answers if answer.decision]
    count, successes = len(decisions), sum(done)
    if not count:
        return {}
    usage = [decision.usage for decision in decisions]
    # Nobody knows what a call without a price or without counted tokens has cost: then the mean is left out.
    costs = [one.cost_usd for one in usage if one.cost_usd is not None]
    known = len(costs) == count
    failures = [event for answer in answers if answer.trace for event in answer.trace.events]
    fallbacks = sum(isinstance(event, StepFailed) for event in failures)
    means = {
        "input_tokens": sum(one.input_tokens for one in usage) / count,
        "cached_tokens": sum(one.cached_tokens for one in usage) / count,
        "output_tokens": sum(one.output_tokens for one in usage) / count,
        "model_calls": sum(one.llm_calls for one in usage) / count,
        "retry_rate": sum(one.retries for one in usage) / count,
        "tool_calls": sum(len(decision.tool_calls) for decision in decisions) / count,
        "fallback_rate": fallbacks / count,
        "escalation_rate": sum(one.next_action is NextAction.ESCALATE for one in decisions) / count,
    }
    if known:
        means["cost_usd"] = sum(costs) / count
    if known and successes:
        means["cost_usd_of_a_success"] = sum(costs) / successes
    return {name: round(value, 6) for name, value in means.items()}
