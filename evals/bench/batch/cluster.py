"""What many machines take: how fast the workers of Ray are, and how fast the one process that plans and writes is."""

import json
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from evals.bench.batch.cluster_report import ClusterReport, Driven, Start, Worked
from evals.bench.batch.contenders import COLUMNS, HASH, run_job, write_tickets
from evals.bench.batch.measure import SEED, labelled
from evals.bench.environment import Spans, bench_environment, usable_cores
from evals.bench.parts import Parts
from service.batch.answers import Answer, Depth
from service.batch.engine_name import EngineName
from service.batch.engines import require_engine
from service.batch.files.jsonl_source import JsonlSource
from service.batch.hired import Asked, Hired
from service.batch.on_ray.slice_files import SliceFiles
from service.batch.planning import Terms
from service.batch.planning_ahead import planned_ahead
from service.batch.rows import Admission
from service.batch.run import ROWS, Watcher, run_batch
from service.batch.run_state import Kept, RunState
from service.batch.wanted import Wanted
from service.batch.worker import Worker
from service.batch.writing import Planned


@dataclass(frozen=True)
class ClusterPlan:
    """Tickets that engines get, by depth, and rows that are planned and written without any being decided."""

    classified: int = 4096
    decided: int = 2048
    driven: int = 50_000
    repetitions: int = 3

    def tickets(self, depth: Depth) -> int:
        """Return how many an engine gets."""
        return self.classified if depth is Depth.CLASSIFY else self.decided


QUICK = ClusterPlan(classified=1536, decided=512, driven=10_000, repetitions=2)


def measure_cluster(parts: Parts, plan: ClusterPlan) -> ClusterReport:
    """Run the plan, engines in turn; raises EngineRefusedError where Ray is not installed."""
    require_engine(EngineName.RAY)
    environment, others = bench_environment(parts.agent, 1), Spans()
    draw, release = random.Random(SEED), parts.agent.release.id  # noqa: S311 - an order, not a secret
    done = parts.progress.begin("engines in turn", plan.repetitions * len(Depth) * len(EngineName))
    runs: dict[tuple[Depth, EngineName], list[Start]] = {(one, other): [] for one in Depth for other in EngineName}
    for _ in range(plan.repetitions):
        for depth, engine in draw.sample(sorted(runs), len(runs)):
            # Ray's processes end when they like, so that what they did could not be told from what others do.
            with others.watched() if engine is EngineName.LOCAL else nullcontext():
                runs[depth, engine].append(_started(plan.tickets(depth), depth, engine, release))
            done()
    parts.progress.say("planning and writing")
    return ClusterReport(
        worked=[
            Worked(depth=one, engine=other, workers=usable_cores(), runs=found) for (one, other), found in runs.items()
        ],
        driven=[_driven(plan.driven, depth, release) for depth in Depth],
        cores_of_others=others.cores_of_others(),
        environment=environment,
    )


@dataclass
class _Moments(Watcher):
    """Notes when rows were kept."""

    begun: float = field(default_factory=time.perf_counter)
    kept: list[tuple[int, float]] = field(default_factory=list)

    def goes_on(self, kept: Kept) -> None:
        """See Watcher.goes_on."""
        self.kept.append((kept.totals.rows, time.perf_counter() - self.begun))


def _started(count: int, depth: Depth, engine: EngineName, release: str) -> Start:
    """Run a batch as `triage batch` does, with a worker a core."""
    moments = _Moments()
    with TemporaryDirectory(prefix="triage-bench-") as folder:
        source = write_tickets(Path(folder) / "in.jsonl", labelled(count))
        run_batch(
            Wanted(source, Path(folder) / "out.jsonl", depth, release, workers=usable_cores(), engine=engine), moments
        )
    # By then all workers are at work, and what they had done before the first of them was kept is behind.
    begin, begin_s = next(one for one in moments.kept if one[0] >= count / 4)
    last, last_s = moments.kept[-1]
    return Start(first_s=moments.kept[0][1], rate=(last - begin) / (last_s - begin_s))


def _driven(rows: int, depth: Depth, release: str) -> Driven:
    """Plan rows, give each an answer that was made before, and write them."""
    worker = Worker(Hired(release, depth, threads=1))
    answer = worker.answer([Asked("t-1", "Where is my order A-10234?", None, None)])[0]
    worker.close()
    with TemporaryDirectory(prefix="triage-bench-") as name:
        folder, files = Path(name), SliceFiles(Path(name))
        source = _write_rows(folder / "in.jsonl", rows)
        begin = time.perf_counter()
        asked = _planned(source, folder, files, depth)
        planned_s = time.perf_counter() - begin
        for number, count in asked:
            files.say(number, [answer] * count)
        begin = time.perf_counter()
        run_job(_Answered(files), source, folder, depth)
        return Driven(depth=depth, planned=rows / planned_s, written=rows / (time.perf_counter() - begin))


def _planned(source: Path, folder: Path, files: SliceFiles, depth: Depth) -> list[tuple[int, int]]:
    """Write what is asked of each slice, as the engine on Ray does; return each slice's number and its rows."""
    asked: list[tuple[int, int]] = []
    with RunState(folder / "planned.sqlite3") as state:
        state.begin({})
        ahead = planned_ahead(
            JsonlSource(source),
            lambda known: Admission(COLUMNS, HASH, known),
            state,
            Terms(depth, ROWS[depth]),
            folder / "ahead.sqlite3",
        )
        for planned, new in ahead:
            files.ask(planned.slice.number, new)
            asked.append((planned.slice.number, len(new)))
    return asked


class _Answered:
    """An engine whose answers are all there: what it takes to fetch them is what is left."""

    def __init__(self, files: SliceFiles) -> None:
        self._files = files

    def run(self, pieces: Iterator[tuple[Planned, Sequence[Asked]]]) -> Iterator[tuple[Planned, list[Answer]]]:
        for planned, _ in pieces:
            said = self._files.said(planned.slice.number)
            yield planned, said if isinstance(said, list) else []


def _write_rows(file: Path, count: int) -> Path:
    """Write rows with a text of its own each."""
    with file.open("w", encoding="utf-8") as lines:
        for number in range(count):
            row = {"id": f"t-{number}", "text": f"I ordered two lamps, and only number {number} of them has arrived."}
            lines.write(json.dumps(row) + "\n")
    return file
