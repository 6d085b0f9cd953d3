"""A whole ticket against the plain encoding of its text: the same text, the same threads, one process, in turn."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass

from agent.assemble import Agent
from evals.bench.environment import bench_environment, cores_of_others, cpu_times
from evals.bench.fresh import fresh_process
from evals.bench.interleave import Contender, Run, interleaved, warm_up
from evals.bench.latency_report import (
    AGENT,
    AGENT_AGAIN,
    ENCODE,
    ENCODE_AGAIN,
    Circumstances,
    LatencyReport,
    latency_report,
)
from evals.bench.libraries import Libraries, recall
from evals.bench.measure import TimedAgent, TimedEncode, with_library
from evals.bench.mix import STANDARD_LENGTHS, MixTicket, mix
from evals.bench.progress import Progress
from evals.bench.quantiles import require_enough
from evals.peers.sentence_transformer import PlainEncode
from tools.demo_shop.seed import seeded_orders

SEED = 20261126
Plan = Sequence[Sequence[MixTicket]]


@dataclass(frozen=True)
class LatencyPlan:
    """How much is run: `each` tickets of each standard length, and `each_of_curve` of each of the curve's."""

    each: int = 20
    repetitions: int = 9
    curve: tuple[int, ...] = (20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)
    each_of_curve: int = 3
    passages: int = 10_000
    starts: int = 5
    warm_up: int = 3  # tickets of each standard length
    questions: int = 25  # of each standard length, for the recall


QUICK = LatencyPlan(
    each=5, repetitions=7, curve=(20, 200, 1000, 5000, 20_000), each_of_curve=1, starts=3, warm_up=1, questions=20
)


def measure_latency(
    agent: Agent, peer: PlainEncode, libraries: Libraries, plan: LatencyPlan, progress: Progress
) -> LatencyReport:
    """Run the plan; raises TooFewError, before anything is run, for a plan too small for a p95, and NoLookUpError."""
    require_enough(plan.each * len(STANDARD_LENGTHS), plan.repetitions)
    environment = bench_environment(agent, peer.threads)
    library = libraries.open(plan.passages).library
    draw, orders = random.Random(SEED), list(seeded_orders())  # noqa: S311 - made up tickets, not a secret
    standard = [mix(orders, STANDARD_LENGTHS, plan.each, draw) for _ in range(plan.repetitions)]
    curve = [mix(orders, plan.curve, plan.each_of_curve, draw, spread=0.0) for _ in range(plan.repetitions)]
    progress.say("starting fresh processes")
    fresh = fresh_process(libraries.var, libraries.folder(plan.passages), peer.threads, standard[0][-1], plan.starts)
    with asyncio.Runner() as loop:
        timed = TimedAgent(with_library(agent, library), loop)
        plain = TimedEncode(peer)
        both: dict[str, Contender[MixTicket]] = {AGENT: timed, ENCODE: plain}
        twice: dict[str, Contender[MixTicket]] = {**both, AGENT_AGAIN: timed, ENCODE_AGAIN: plain}
        warm_up(mix(orders, STANDARD_LENGTHS, plan.warm_up, draw), both)
        begin = cpu_times()
        runs = _runs("tickets of the standard mix", standard, twice, progress)
        curve_runs = _runs("tickets of all lengths", curve, both, progress)
        others = cores_of_others(begin, cpu_times())
        asked = mix(orders, STANDARD_LENGTHS, plan.questions, draw)
        found = recall(library, [timed.vector(case) for case in asked])
    return latency_report(
        runs,
        curve_runs,
        Circumstances(
            recall_at_5=found,
            fresh_process=fresh,
            passages=len(library.passages),
            rows=len(library.owners),
            cores_of_others=others,
            environment=environment,
        ),
    )


def _runs(
    name: str, plan: Plan, contenders: dict[str, Contender[MixTicket]], progress: Progress
) -> list[Run[MixTicket]]:
    done = progress.begin(name, sum(len(cases) for cases in plan))
    return interleaved(plan, contenders, seed=SEED, done=done)
