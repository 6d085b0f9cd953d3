"""Whether micro-batched encoding would pay: the service's throughput with it over its throughput without it.

Both services run in this process and are asked in turn with the same tickets, 16 always in progress.
"""

import asyncio
import json
import random
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from evals.bench.environment import bench_environment, cores_of_others, cpu_times
from evals.bench.load.batching_report import BatchingReport, BatchingRow, batching_report, batching_row
from evals.bench.load.in_process import InProcess, in_process
from evals.bench.mix import STANDARD_LENGTHS, mix
from evals.bench.parts import Parts
from evals.bench.progress import Progress
from evals.peers.micro_batching import MicroBatches
from tools.demo_shop.seed import seeded_orders

SEED = 20261129
AT_ONCE = 16
MIXES = {"standard mix": STANDARD_LENGTHS, **{f"{length} characters": (length,) for length in STANDARD_LENGTHS}}


@dataclass(frozen=True)
class BatchingPlan:
    """So many `tickets` in each repetition, for each mix of lengths."""

    tickets: int = 96
    repetitions: int = 9


QUICK = BatchingPlan(tickets=48, repetitions=4)


@dataclass(frozen=True)
class _Pair:
    without: InProcess
    batched: InProcess
    batches: MicroBatches

    def rates(self, bodies: Sequence[bytes], *, batched_first: bool) -> tuple[float, float]:
        """Return tickets a second without and with batches."""
        if batched_first:
            batched = self.batched.rate(bodies, AT_ONCE)
            return self.without.rate(bodies, AT_ONCE), batched
        return self.without.rate(bodies, AT_ONCE), self.batched.rate(bodies, AT_ONCE)


def measure_batching(parts: Parts, plan: BatchingPlan) -> BatchingReport:
    """Run the plan; raises TooFewError for fewer than two repetitions."""
    environment, batches = bench_environment(parts.agent, parts.threads), MicroBatches(parts.agent)
    begin = cpu_times()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="triage-batching-")))
        loop = stack.enter_context(asyncio.Runner())
        stack.callback(batches.close)
        agents = {"without": parts.agent, "batched": replace(parts.agent, reader=batches)}
        services = {
            name: stack.enter_context(in_process(agent, folder / f"{name}.db", loop)) for name, agent in agents.items()
        }
        pair = _Pair(services["without"], services["batched"], batches)
        rows = [_row(pair, name, plan, parts.progress) for name in MIXES]
    return batching_report(rows, cores_of_others(begin, cpu_times()), environment)


def _row(pair: _Pair, name: str, plan: BatchingPlan, progress: Progress) -> BatchingRow:
    done = progress.begin(name, plan.repetitions)
    pair.rates(_bodies(name, plan.tickets, 0), batched_first=False)  # warms up
    pair.batches.sizes.clear()
    rates = []
    for repetition in range(1, plan.repetitions + 1):
        bodies = _bodies(name, plan.tickets, repetition)
        rates.append(pair.rates(bodies, batched_first=bool(repetition % 2)))
        done()
    return batching_row(name, rates, pair.batches.sizes)


def _bodies(name: str, tickets: int, repetition: int) -> list[bytes]:
    draw, lengths = random.Random(SEED + repetition), MIXES[name]  # noqa: S311 - made up tickets, not a secret
    cases = mix(list(seeded_orders()), lengths, tickets // len(lengths), draw)
    draw.shuffle(cases)
    return [json.dumps({"text": one.ticket.text, "customer_id": one.ticket.customer_id}).encode() for one in cases]
