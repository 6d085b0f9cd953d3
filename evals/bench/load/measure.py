"""Finds out how much the service can take, sends more than that, and looks how soon all is as before."""

import asyncio
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass

from agent.settings import Settings
from evals.bench.environment import bench_environment
from evals.bench.load.report import Level, LoadReport, level_of, load_report, seconds_until_back
from evals.bench.load.sender import Answer, closed_loop, open_loop
from evals.bench.load.server import Server, served
from evals.bench.load.wire import Connections, post
from evals.bench.mix import STANDARD_LENGTHS, mix
from evals.bench.parts import Parts
from service.http.server import encoder_threads
from tools.demo_shop.seed import seeded_orders

SEED = 20261128
TICKETS = 400  # different ones; after these the first comes again
AT_ONCE = 16  # requests in progress while capacity is measured: fewer than a worker admits


@dataclass(frozen=True)
class LoadPlan:
    """`times` the capacity for `seconds` each; `capacity_s` to measure it, `back_s` to look whether it is back."""

    times: tuple[int, ...] = (1, 2, 5, 10)
    seconds: float = 30.0
    capacity_s: float = 20.0
    back_s: float = 8.0
    warm_up_s: float = 4.0


QUICK = LoadPlan(times=(1, 10), seconds=8.0, capacity_s=8.0, back_s=6.0, warm_up_s=2.0)


def measure_load(parts: Parts, workers: int, plan: LoadPlan) -> LoadReport:
    """Run the plan against a server of its own with so many workers; raises RuntimeError where it does not start."""
    threads = Settings().threads or encoder_threads(workers)
    environment = bench_environment(parts.agent, threads)
    parts.progress.say("starting the server")
    with served(parts.settings.var, workers, threads) as server, asyncio.Runner() as loop:
        capacity, levels = loop.run(_measured(server, plan, parts))
    return load_report(capacity, levels, workers, environment)


async def _measured(server: Server, plan: LoadPlan, parts: Parts) -> tuple[Sequence[Answer], list[Level]]:
    connections, requests = Connections(server.host, server.port), _requests(server)
    draw = random.Random(SEED)  # noqa: S311 - times of arrival, not a secret
    parts.progress.say("measuring what it can take")
    await closed_loop(connections, requests, plan.warm_up_s, AT_ONCE)
    capacity = await closed_loop(connections, requests, plan.capacity_s, AT_ONCE)
    a_second = sum(answer.status == 200 for answer in capacity) / plan.capacity_s
    levels = []
    for times in plan.times:
        done = parts.progress.begin(f"{times} times as much", int(plan.seconds))
        answers = await open_loop(connections, requests, times * a_second, plan.seconds, draw, done)
        after = await closed_loop(connections, requests, plan.back_s, AT_ONCE)
        levels.append(level_of(times, answers, plan.seconds, seconds_until_back(after, a_second)))
    await connections.close()
    return capacity, levels


def _requests(server: Server) -> list[bytes]:
    draw = random.Random(SEED)  # noqa: S311 - made up tickets, not a secret
    cases = mix(list(seeded_orders()), STANDARD_LENGTHS, TICKETS // len(STANDARD_LENGTHS), draw)
    draw.shuffle(cases)
    bodies = [{"text": case.ticket.text, "customer_id": case.ticket.customer_id} for case in cases]
    return [post("/v1/triage", server.host, server.key, json.dumps(body).encode()) for body in bodies]
