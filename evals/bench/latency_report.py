"""From the runs of the latency benchmark to its figures."""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from evals.bench.environment import BenchEnvironment, is_quiet
from evals.bench.fresh import FreshProcess
from evals.bench.interleave import Run
from evals.bench.measure import PARTS
from evals.bench.mix import STANDARD_LENGTHS, MixTicket
from evals.bench.quantiles import Quantiles, by_repetition, over_repetitions, quantiles, ratio_of_quantiles
from evals.bench.target import Target, at_least, at_most
from evals.statistics.estimate import Estimate

# Both run twice: the second is the noise floor, and each is as often as the other preceded by itself, with its weights
# still in the processor's cache.
AGENT, AGENT_AGAIN = "agent", "agent again"
ENCODE, ENCODE_AGAIN = "encode", "encode again"
USUAL, LONGEST = 1000, 20_000  # characters
MOST_P50, MOST_P95, MOST_LONG, LEAST_RECALL = 1.0, 1.5, 4.0, 0.95
Runs = Sequence[Run[MixTicket]]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Ratio(_Model):
    """Of quantiles within a repetition, over the repetitions."""

    p50: float
    p95: float


class RatioEstimates(_Model):
    """The same with intervals."""

    p50: Estimate
    p95: Estimate


class LengthRow(_Model):
    """Medians within repetitions of tickets of one length, in milliseconds; `ratio` is that of the two medians."""

    characters: int
    agent: Estimate
    encode: Estimate
    ratio: Estimate


class LatencyReport(_Model):
    """All that the benchmark measured; times are milliseconds unless a name says otherwise.

    `noise_floor` is the agent against itself, and the other the plain encoding: what lies between their ends is no
    difference. Not `quiet`: others kept cores busy, and the figures are no measurement.
    """

    kind: Literal["latency"] = "latency"
    quiet: bool
    ratio_to_encode: Ratio
    ratio_intervals: RatioEstimates
    noise_floor: RatioEstimates
    noise_floor_of_encode: RatioEstimates
    targets: list[Target]
    agent: Quantiles
    encode: Quantiles
    steps: dict[str, Quantiles]
    by_length: list[LengthRow]
    curve: list[LengthRow]
    recall_at_5: Estimate
    fresh_process: FreshProcess
    passages: int
    rows: int
    cores_of_others: float | None
    repetitions: int
    tickets_a_repetition: int
    environment: BenchEnvironment


class Circumstances(_Model):
    """What a report says besides times."""

    recall_at_5: Estimate
    fresh_process: FreshProcess
    passages: int
    rows: int
    cores_of_others: float | None
    environment: BenchEnvironment


def latency_report(runs: Runs, curve_runs: Runs, besides: Circumstances) -> LatencyReport:
    """Return the report; raises TooFewError where there are too few runs for a p95."""
    ratio = _ratios(runs, AGENT, ENCODE)
    repetitions = len({run.repetition for run in runs})
    return LatencyReport(
        ratio_to_encode=Ratio(p50=ratio.p50.value or 0.0, p95=ratio.p95.value or 0.0),
        ratio_intervals=ratio,
        noise_floor=_ratios(runs, AGENT_AGAIN, AGENT),
        noise_floor_of_encode=_ratios(runs, ENCODE_AGAIN, ENCODE),
        quiet=is_quiet(besides.cores_of_others),
        targets=[
            at_most("p50 of a ticket / p50 of its plain encoding", ratio.p50, MOST_P50),
            at_most("p95 of a ticket / p95 of its plain encoding", ratio.p95, MOST_P95),
            at_most("tickets of 20,000 characters / those of 1,000", long_to_usual(curve_runs), MOST_LONG),
            at_least(f"recall@5 with {besides.passages:,} passages", besides.recall_at_5, LEAST_RECALL),
        ],
        agent=quantiles(runs, AGENT),
        encode=quantiles(runs, ENCODE),
        steps={part: quantiles(runs, AGENT, part) for part in PARTS},
        by_length=length_rows(runs, STANDARD_LENGTHS),
        curve=length_rows(curve_runs, sorted({run.case.length for run in curve_runs})),
        repetitions=repetitions,
        tickets_a_repetition=sum(run.contender == AGENT for run in runs) // repetitions,
        **{name: getattr(besides, name) for name in Circumstances.model_fields},
    )


def length_rows(runs: Runs, lengths: Sequence[int]) -> list[LengthRow]:
    """Return one row for each length."""
    rows = []
    for length in lengths:
        of_length = [run for run in runs if run.case.length == length]
        rows.append(
            LengthRow(
                characters=length,
                agent=over_repetitions(by_repetition(of_length, AGENT, 0.5)),
                encode=over_repetitions(by_repetition(of_length, ENCODE, 0.5)),
                ratio=ratio_of_quantiles(of_length, AGENT, ENCODE, 0.5),
            )
        )
    return rows


def long_to_usual(runs: Runs) -> Estimate:
    """Return the ratio of the agent's medians for the longest tickets and for those of 1,000 characters."""
    longest, usual = (
        by_repetition([run for run in runs if run.case.length == length], AGENT, 0.5) for length in (LONGEST, USUAL)
    )
    return over_repetitions([above / below for above, below in zip(longest, usual, strict=True)])


def _ratios(runs: Runs, contender: str, against: str) -> RatioEstimates:
    return RatioEstimates(
        p50=ratio_of_quantiles(runs, contender, against, 0.5), p95=ratio_of_quantiles(runs, contender, against, 0.95)
    )
