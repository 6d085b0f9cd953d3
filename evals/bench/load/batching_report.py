"""What micro-batched encoding brings, in figures and in words."""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from evals.bench.environment import BenchEnvironment
from evals.bench.quantiles import over_repetitions
from evals.bench.sheet import Sheet, Table, busy_note, cell, environment_table, targets_table
from evals.bench.target import Target, at_least
from evals.statistics.estimate import Estimate

LEAST_RATIO = 1.5  # below it the service does without: batches make an answer depend on who else asks


class BatchingRow(BaseModel):
    """One mix of lengths: tickets a second without and with batches, and how many texts a batch had on average."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mix: str
    without: Estimate
    batched: Estimate
    ratio: Estimate
    texts_a_batch: float


class BatchingReport(BaseModel):
    """All that the benchmark measured; the first row is the standard mix."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["batching"] = "batching"
    targets: list[Target]
    rows: list[BatchingRow]
    cores_of_others: float | None
    environment: BenchEnvironment


def batching_row(mix: str, rates: Sequence[tuple[float, float]], sizes: Sequence[int]) -> BatchingRow:
    """Return the row of a mix from its rates without and with batches, one pair a repetition."""
    return BatchingRow(
        mix=mix,
        without=over_repetitions([without for without, _ in rates]),
        batched=over_repetitions([batched for _, batched in rates]),
        ratio=over_repetitions([batched / without for without, batched in rates]),
        texts_a_batch=round(sum(sizes) / len(sizes), 1),
    )


def batching_report(
    rows: list[BatchingRow], cores_of_others: float | None, environment: BenchEnvironment
) -> BatchingReport:
    """Return the report."""
    target = at_least(f"throughput with batches over without, {rows[0].mix}", rows[0].ratio, LEAST_RATIO)
    return BatchingReport(targets=[target], rows=rows, cores_of_others=cores_of_others, environment=environment)


def batching_sheet(report: BatchingReport) -> Sheet:
    """Return the report in words and tables."""
    rows = [
        (row.mix, cell(row.without, 1), cell(row.batched, 1), cell(row.ratio), f"{row.texts_a_batch:g}")
        for row in report.rows
    ]
    caption = f"Tickets a second, over n = {report.rows[0].ratio.n} repetitions; brackets hold the 95 % interval."
    header = ("tickets", "without", "with batches", "ratio", "texts a batch")
    return Sheet(
        title="Micro-batched encoding",
        lead=(
            f"With batches the service decides {cell(report.rows[0].ratio)} times as many tickets of the standard mix "
            f"as without.{busy_note(report.cores_of_others)}"
        ),
        tables=[
            Table("Throughput", caption, header, rows),
            targets_table(report.targets),
            environment_table(report.environment, report.cores_of_others),
        ],
        notes=[
            "Both are the whole service with 16 requests in progress, on SQLite, in this process and asked in turn "
            "with the same tickets. A batch holds what waited while the encoder worked, texts of like length only.",
            "The service does without: see agent/encoding.py.",
        ],
    )
