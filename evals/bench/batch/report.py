"""What the benchmark of the batch job returns, and what it is held against."""

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from evals.bench.environment import BenchEnvironment
from evals.bench.quantiles import over_repetitions
from evals.bench.target import Target, at_least
from evals.statistics.estimate import Estimate

CLASSIFY, FULL = "batch, classifying", "batch, the whole way"
ENCODER, TRANSFORMERS = "serving encoder alone", "sentence-transformers alone"
PROCESSES, LOOP = "sentence-transformers, a process a core", "loop over the service's function"
RAY = "Ray Data, a naive map over the service's function"
OF_ENCODER = {CLASSIFY: 0.85, FULL: 0.5}
OF_TRANSFORMERS = 1.3


class Closed(BaseModel):
    """Common to all parts of the report."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Rates(Closed):
    """Tickets a second by way, one figure a repetition; `characters` are of a ticket, on average."""

    tickets: str
    characters: float
    rates: Mapping[str, Sequence[float]]

    def rate(self, way: str) -> Estimate:
        """Return a way's rate."""
        return over_repetitions(self.rates[way])

    def ratio(self, way: str, against: str) -> Estimate:
        """Return a way's rate over another's."""
        pairs = zip(self.rates[way], self.rates[against], strict=True)
        return over_repetitions([one / other for one, other in pairs])


class BatchReport(Closed):
    """All that the benchmark measured. `best_batch` is at which sentence-transformers is fastest."""

    kind: Literal["batch"] = "batch"
    targets: list[Target]
    rates: list[Rates]
    best_batch: int
    cores_of_others: float | None
    environment: BenchEnvironment


def batch_report(
    rates: list[Rates], best_batch: int, cores_of_others: float | None, environment: BenchEnvironment
) -> BatchReport:
    """Return the report with its targets."""
    targets = [
        target
        for one in rates
        for target in (
            *(
                at_least(f"{way} / {ENCODER}, {one.tickets}", one.ratio(way, ENCODER), OF_ENCODER[way])
                for way in OF_ENCODER
            ),
            at_least(f"{CLASSIFY} / {TRANSFORMERS}, {one.tickets}", one.ratio(CLASSIFY, TRANSFORMERS), OF_TRANSFORMERS),
        )
    ]
    return BatchReport(
        targets=targets,
        rates=rates,
        best_batch=best_batch,
        cores_of_others=cores_of_others,
        environment=environment,
    )
