"""The ways in turn with the same tickets; what is compared is one way's rate with another's within a repetition."""

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from agent.ticket import Ticket
from evals.bench.batch.contenders import (
    RayWay,
    Way,
    batch_way,
    encoder_way,
    loop_way,
    processes_way,
    running,
    transformers_way,
)
from evals.bench.batch.report import (
    CLASSIFY,
    ENCODER,
    FULL,
    LOOP,
    PROCESSES,
    RAY,
    TRANSFORMERS,
    BatchReport,
    Rates,
    batch_report,
)
from evals.bench.environment import Spans, bench_environment, usable_cores
from evals.bench.interleave import PAUSE_S
from evals.bench.mix import STANDARD_LENGTHS, mix
from evals.bench.parts import Parts, opened_peer
from evals.bench.progress import Progress
from evals.datasets import load_labelled
from evals.peers.ray_map import RayMap
from service.batch.answers import Depth
from service.batch.engine_name import EngineName
from service.batch.engines import is_installed
from tools.demo_shop.seed import seeded_orders

SEED = 20261130
BATCHES = (4, 8, 16, 32, 64)  # of which the peer's best is taken
LABELLED, STANDARD = "labelled tickets", "standard mix"


@dataclass(frozen=True)
class BatchPlan:
    """So many tickets in each repetition: several slices for each worker, as the job has them.

    The loop gets fewer, `looped`, since it takes the same for each however many there are.
    """

    tickets: int = 2048
    looped: int = 256
    repetitions: int = 5


QUICK = BatchPlan(tickets=1024, looped=128, repetitions=2)


def measure_batch(parts: Parts, plan: BatchPlan) -> BatchReport:
    """Run the plan."""
    environment, cores, peer = bench_environment(parts.agent, parts.threads), usable_cores(), opened_peer(parts)
    sets = {LABELLED: labelled(plan.tickets), STANDARD: standard(plan.tickets)}
    with ExitStack() as stack:
        runner = stack.enter_context(asyncio.Runner())
        best = _best_batch(peer_ways := {size: transformers_way(peer, size) for size in BATCHES}, sets[LABELLED])
        parts.progress.say("starting the workers")
        ways: dict[str, Way] = {
            CLASSIFY: batch_way(stack, parts.agent.release.id, Depth.CLASSIFY, cores),
            FULL: batch_way(stack, parts.agent.release.id, Depth.FULL, cores),
            ENCODER: encoder_way(parts.agent.reader.encoder),
            TRANSFORMERS: peer_ways[best],
            PROCESSES: processes_way(stack, peer, cores, best),
            LOOP: loop_way(parts.agent, runner),
        }
        if is_installed(EngineName.RAY):
            ways[RAY] = RayWay(RayMap(parts.agent.release, cores))
        others = Spans()
        rates = [_rates(name, tickets, ways, plan, parts.progress, others) for name, tickets in sets.items()]
    return batch_report(rates, best, others.cores_of_others(), environment)


def labelled(count: int) -> list[Ticket]:
    """Return labelled tickets of the evals, each by one of the shop's customers."""
    customers = sorted({order.customer_id for order in seeded_orders()})
    draw = random.Random(SEED)  # noqa: S311 - an order, not a secret
    known = load_labelled()
    return [
        # No text comes twice, which would be decided once.
        Ticket.of(f"{draw.choice(known).text} ({at})", ticket_id=f"t-{at}", customer_id=draw.choice(customers))
        for at in range(count)
    ]


def standard(count: int) -> list[Ticket]:
    """Return tickets of the standard lengths, each about an order of its writer's."""
    draw = random.Random(SEED)  # noqa: S311 - made up tickets, not a secret
    cases = mix(list(seeded_orders()), STANDARD_LENGTHS, count // len(STANDARD_LENGTHS), draw)
    draw.shuffle(cases)
    return [one.ticket for one in cases]


def _best_batch(ways: Mapping[int, Way], tickets: Sequence[Ticket]) -> int:
    """Return the batch size at which the peer is fastest."""
    some = tickets[: max(BATCHES) * 2]
    for way in ways.values():
        way(some)
    return max(ways, key=lambda size: _rate(ways[size], some, Spans()))


def _rates(
    name: str, tickets: Sequence[Ticket], ways: Mapping[str, Way], plan: BatchPlan, progress: Progress, others: Spans
) -> Rates:
    draw = random.Random(SEED)  # noqa: S311 - an order, not a secret
    for way in ways.values():
        _rate(way, tickets[: len(tickets) // 4], Spans())  # warms up
    done = progress.begin(name, plan.repetitions)
    found: dict[str, list[float]] = {one: [] for one in ways}
    for _ in range(plan.repetitions):
        for one in draw.sample(sorted(ways), len(ways)):
            time.sleep(PAUSE_S)
            found[one].append(_rate(ways[one], tickets[: plan.looped] if one == LOOP else tickets, others))
        done()
    return Rates(tickets=name, characters=sum(len(one.text) for one in tickets) / len(tickets), rates=found)


def _rate(way: Way, tickets: Sequence[Ticket], others: Spans) -> float:
    with running(way, others):
        begin = time.perf_counter()
        way(tickets)
        return len(tickets) / (time.perf_counter() - begin)
