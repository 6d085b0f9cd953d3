"""Ways to get through many texts: the batch job, and what it is compared with. Each is opened once and asked often."""

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from agent.assemble import Agent
from agent.ticket import Ticket
from evals.bench.environment import Spans
from evals.peers.ray_map import RayMap
from evals.peers.sentence_transformer import PlainEncode
from knowledge.encoder.protocol import Encoder
from service.batch.answers import FIELDS, Depth
from service.batch.columns import Columns
from service.batch.files.jsonl_source import JsonlSource
from service.batch.files.sinks import JsonlSink, Layout
from service.batch.hired import Hired
from service.batch.job import Deciding, Job
from service.batch.local_engine import LocalEngine
from service.batch.output_place import opened_part
from service.batch.planning import Terms
from service.batch.rows import Admission
from service.batch.run import ROWS
from service.batch.run_state import Kept, RunState
from service.batch.writing import Writer

COLUMNS = Columns("text", "id", "customer_id")
HASH = "0" * 64  # of an input, which says nothing here
Way = Callable[[Sequence[Ticket]], None]


@dataclass(frozen=True)
class BatchWay:
    """The job as `triage batch` runs it, with workers that are there already: read, decided, written, kept."""

    engine: LocalEngine
    depth: Depth

    def __call__(self, tickets: Sequence[Ticket]) -> None:
        """Take the tickets from a file to a file."""
        with TemporaryDirectory(prefix="triage-bench-") as folder:
            run_job(self.engine, write_tickets(Path(folder) / "in.jsonl", tickets), Path(folder), self.depth)


def write_tickets(file: Path, tickets: Sequence[Ticket]) -> Path:
    """Write tickets as a batch reads them."""
    rows = ({"id": one.ticket_id, "text": one.text, "customer_id": one.customer_id} for one in tickets)
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def run_job(
    engine: Deciding, file: Path, folder: Path, depth: Depth, told: Callable[[Kept], None] = lambda _: None
) -> None:
    """Run the job over a file of JSON lines, as service/batch/run.py does after its workers are there."""
    with ExitStack() as stack:
        source = JsonlSource(file)
        state = stack.enter_context(RunState(folder / "state.sqlite3"))
        state.begin({})
        output = stack.enter_context(opened_part(folder / "output", 0))
        rejected = stack.enter_context(opened_part(folder / "rejected", 0))
        writer = Writer(output, rejected, state, JsonlSink(Layout(source.columns, "id", FIELDS[depth])), lasting=True)
        admission = Admission(COLUMNS, HASH, state.known)
        Job(source, admission, state, writer, Terms(depth, ROWS[depth])).run(engine, told)


def batch_way(stack: ExitStack, release: str, depth: Depth, cores: int) -> BatchWay:
    """Open the job's workers, one a core; they end with the stack."""
    engine = LocalEngine(Hired(release, depth, threads=1), cores)
    stack.callback(engine.close)
    engine.says()
    return BatchWay(engine, depth)


def encoder_way(encoder: Encoder) -> Way:
    """Return the serving encoder alone, on all texts at once: they are sorted by length and go in batches."""
    return lambda tickets: _ignore(encoder.encode([one.text for one in tickets]))


def transformers_way(peer: PlainEncode, batch: int) -> Way:
    """Return sentence-transformers alone."""
    return lambda tickets: _ignore(peer.encode_all([one.text for one in tickets], batch))


def processes_way(stack: ExitStack, peer: PlainEncode, cores: int, batch: int) -> Way:
    """Return sentence-transformers in processes of its own, which end with the stack."""
    pool = peer.processes(cores)
    stack.callback(peer.end_processes, pool)
    return lambda tickets: _ignore(peer.encode_by(pool, [one.text for one in tickets], batch))


def loop_way(agent: Agent, runner: asyncio.Runner) -> Way:
    """Return a loop over what a door calls for each ticket."""

    async def each(tickets: Sequence[Ticket]) -> None:
        for ticket in tickets:
            await agent.run(ticket)

    return lambda tickets: runner.run(each(tickets))


@dataclass(frozen=True)
class RayWay:
    """A naive map over a Ray that runs for no longer: its processes, idle, would take time from other ways."""

    peer: RayMap

    def __call__(self, tickets: Sequence[Ticket]) -> None:
        """Map over the tickets, while Ray runs."""
        self.peer.decide(tickets)


def running(way: Way, others: Spans) -> AbstractContextManager[None]:
    """Return what is to be entered before a way is taken, and is none of its time.

    Ray's processes end when they like, so that what they did could not be told from what others do.
    """
    return way.peer.running() if isinstance(way, RayWay) else others.watched()


def _ignore(_: Any) -> None:
    """Take what a contender returns: only its time is of interest."""
