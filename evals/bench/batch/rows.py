"""From a thousand rows to as many as told: whether the batch job slows down or grows on the way."""

import random
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from evals.bench.batch.contenders import batch_way, run_job
from evals.bench.batch.rows_report import Moment, RowsReport, rows_report
from evals.bench.environment import bench_environment, cores_of_others, cpu_times, usable_cores
from evals.bench.family import memory_of_family
from evals.bench.mix import OPENINGS
from evals.bench.parts import Parts
from service.batch.answers import Depth
from service.batch.run_state import Kept

SEED = 20261130
QUICK = 20_000
EVERY = 1_000  # rows between two looks at the memory


@dataclass
class _Watch:
    """Notes when rows were kept, and now and then what the job takes of memory."""

    begun: float = field(default_factory=time.perf_counter)
    moments: list[Moment] = field(default_factory=list)
    looked: int = 0

    def __call__(self, kept: Kept) -> None:
        rows = kept.totals.rows
        looks = rows // EVERY > self.looked // EVERY
        self.looked = rows
        memory = memory_of_family() if looks or not self.moments else None
        self.moments.append(Moment(rows=rows, seconds=time.perf_counter() - self.begun, mib=memory))


def measure_rows(parts: Parts, rows: int) -> RowsReport:
    """Classify so many short texts, all of them different, and say how it went."""
    environment = bench_environment(parts.agent, 1)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="triage-bench-")))
        file = folder / "in.jsonl"
        _write(file, rows)
        parts.progress.say("starting the workers")
        starting = time.perf_counter()
        way = batch_way(stack, parts.agent.release.id, Depth.CLASSIFY, usable_cores())
        started_s = time.perf_counter() - starting
        parts.progress.say(f"classifying {rows:,} rows")
        begin, watch = cpu_times(), _Watch()
        run_job(way.engine, file, folder, Depth.CLASSIFY, watch)
        others = cores_of_others(begin, cpu_times())
    return rows_report(watch.moments, started_s, others, environment)


def _write(file: Path, rows: int) -> None:
    draw = random.Random(SEED)  # noqa: S311 - made up tickets, not a secret
    with file.open("w", encoding="utf-8") as lines:
        for number in range(rows):
            text = draw.choice(OPENINGS).format(order=f"A-{draw.randrange(10_000, 100_000)}")
            lines.write(f'{{"id": {number}, "text": "{text} It is my question number {number} of this year."}}\n')
