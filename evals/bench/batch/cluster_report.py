"""What the benchmark of many machines returns, and what follows from it for more of them."""

from collections.abc import Sequence
from statistics import geometric_mean
from typing import Literal

from pydantic import BaseModel, ConfigDict

from evals.bench.environment import BenchEnvironment
from evals.bench.quantiles import over_repetitions
from evals.bench.sheet import Sheet, Table, busy_note, cell, environment_table
from evals.statistics.estimate import Estimate
from service.batch.answers import Depth
from service.batch.engine_name import EngineName

TICKETS = (1_000_000, 100_000_000)
CORES = (2, 16, 64, 256)


class Closed(BaseModel):
    """Common to all parts of the report."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Start(Closed):
    """A run. `first_s`: seconds until the first rows were kept, `rate`: rows a second from a quarter of all on."""

    first_s: float
    rate: float


class Worked(Closed):
    """Runs of an engine, one a repetition."""

    depth: Depth
    engine: EngineName
    workers: int
    runs: Sequence[Start]

    def rate(self) -> Estimate:
        """Return rows a second."""
        return over_repetitions([one.rate for one in self.runs])

    def first_s(self) -> Estimate:
        """Return seconds until the first rows were kept."""
        return over_repetitions([one.first_s for one in self.runs])


class Driven(Closed):
    """Rows a second that one process plans for all workers, and that it puts in order and writes."""

    depth: Depth
    planned: float
    written: float


class ClusterReport(Closed):
    """All that the benchmark measured."""

    kind: Literal["batch-cluster"] = "batch-cluster"
    worked: list[Worked]
    driven: list[Driven]
    cores_of_others: float | None
    environment: BenchEnvironment

    def hours(self, depth: Depth, tickets: int, cores: int) -> float:
        """Return what tickets take on so many cores like these: all are planned, then decided while they are written.

        Nothing is taken off for a network, or for tickets that come twice.
        """
        on_ray = self._on(depth, EngineName.RAY)
        driven = next(one for one in self.driven if one.depth is depth)
        rate = geometric_mean(one.rate for one in on_ray.runs) / on_ray.workers * cores
        first_s = geometric_mean(one.first_s for one in on_ray.runs)
        return (first_s + tickets / driven.planned + tickets / min(rate, driven.written)) / 3600

    def against_local(self, depth: Depth) -> Estimate:
        """Return the rate on Ray over that of the local engine with as many workers, within a repetition."""
        pairs = zip(self._on(depth, EngineName.RAY).runs, self._on(depth, EngineName.LOCAL).runs, strict=True)
        return over_repetitions([ray.rate / local.rate for ray, local in pairs])

    def _on(self, depth: Depth, engine: EngineName) -> Worked:
        return next(one for one in self.worked if one.depth is depth and one.engine is engine)


def cluster_sheet(report: ClusterReport) -> Sheet:
    """Return the report in words and tables."""
    classify, full = (report.against_local(depth) for depth in Depth)
    return Sheet(
        title="The batch job on Ray",
        lead=(
            f"With as many workers on one machine, Ray classifies {cell(classify)} and decides {cell(full)} times as "
            f"many tickets a second as the local engine.{busy_note(report.cores_of_others)}"
        ),
        tables=[*_measured(report), _computed(report), environment_table(report.environment, report.cores_of_others)],
        notes=[
            "The first seconds hold the start of all processes.",
            "A cluster's network and disks are not in the computed times. Where the one process can't write faster, "
            "more cores are of no use: split the input into several files, with a run for each.",
        ],
    )


def _measured(report: ClusterReport) -> list[Table]:
    return [
        Table(
            "Measured: workers",
            "Labelled tickets of the evals; brackets hold the 95 % interval over repetitions.",
            ("", "engine", "workers", "seconds until rows are kept", "rows a second from a quarter of them on"),
            [
                (one.depth.value, one.engine.value, str(one.workers), cell(one.first_s(), 1), cell(one.rate(), 0))
                for one in report.worked
            ],
        ),
        Table(
            "Measured: the one process that plans and writes",
            "Answers were there already.",
            ("", "planned a second", "written a second"),
            [(one.depth.value, f"{one.planned:,.0f}", f"{one.written:,.0f}") for one in report.driven],
        ),
    ]


def _computed(report: ClusterReport) -> Table:
    return Table(
        "Computed from it: hours",
        "On cores like these, each with a worker.",
        ("", "tickets", *(f"{cores} cores" for cores in CORES)),
        [
            (depth.value, f"{tickets:,}", *(f"{report.hours(depth, tickets, cores):,.1f}" for cores in CORES))
            for depth in Depth
            for tickets in TICKETS
        ],
    )
