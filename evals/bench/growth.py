"""How the time of a ticket and of its retrieval grows with the number of passages."""

import asyncio
import random
from dataclasses import dataclass

from agent.assemble import Agent
from agent.steps.retrieve import QUESTION
from evals.bench.environment import bench_environment, cores_of_others, cpu_times
from evals.bench.growth_report import GrowthReport, growth_report
from evals.bench.interleave import Parts, interleaved, warm_up
from evals.bench.libraries import Libraries, recall
from evals.bench.measure import TimedAgent, timed_search, with_library
from evals.bench.mix import STANDARD_LENGTHS, MixTicket, mix
from evals.bench.progress import Progress
from evals.bench.quantiles import LEAST_REPETITIONS
from evals.statistics.resampling import TooFewError
from knowledge.encoder.protocol import Vectors
from knowledge.library import Library
from tools.demo_shop.seed import seeded_orders

SEED = 20261127
FEWEST_SIZES = 3


@dataclass(frozen=True)
class GrowthPlan:
    """How much is run: `each` tickets of each standard length in each repetition, with each number of passages."""

    sizes: tuple[int, ...] = (10, 100, 1000, 10_000, 100_000)
    each: int = 10
    repetitions: int = 9
    questions: int = 25  # of each standard length, for the recall


QUICK = GrowthPlan(sizes=(10, 100, 1000, 10_000), each=3, repetitions=7, questions=20)


@dataclass(frozen=True)
class Question:
    """A ticket with its vector, shape (dimensions,), as the agent reads it."""

    ticket: MixTicket
    vector: Vectors


@dataclass(frozen=True)
class _Asked:
    """A whole ticket with one library, and then each half of its retrieval alone."""

    timed: TimedAgent
    library: Library

    def __call__(self, case: Question) -> Parts:
        whole = self.timed(case.ticket)
        return {**whole, **timed_search(self.library, case.ticket.ticket.text[:QUESTION], case.vector)}


def measure_growth(
    agent: Agent, threads: int, libraries: Libraries, plan: GrowthPlan, progress: Progress
) -> GrowthReport:
    """Run the plan; raises TooFewError for too few sizes or repetitions, before anything is run, and NoLookUpError."""
    if plan.repetitions < LEAST_REPETITIONS:
        raise TooFewError("an exponent over repetitions", plan.repetitions, LEAST_REPETITIONS)
    if len(plan.sizes) < FEWEST_SIZES:
        raise TooFewError("a growth exponent", len(plan.sizes), FEWEST_SIZES)
    environment = bench_environment(agent, threads)
    opened = {size: libraries.open(size) for size in plan.sizes}
    draw, orders = random.Random(SEED), list(seeded_orders())  # noqa: S311 - made up tickets, not a secret
    with asyncio.Runner() as loop:
        reader = TimedAgent(agent, loop)

        def questions(each: int) -> list[Question]:
            return [Question(one, reader.vector(one)) for one in mix(orders, STANDARD_LENGTHS, each, draw)]

        contenders = {
            str(size): _Asked(TimedAgent(with_library(agent, one.library), loop), one.library)
            for size, one in opened.items()
        }
        progress.say("searching exactly, for the recall")
        asked = [question.vector for question in questions(plan.questions)]
        found = {size: recall(one.library, asked) for size, one in opened.items()}
        warm_up(questions(2), contenders)
        cases = [questions(plan.each) for _ in range(plan.repetitions)]
        # No pause: they share the threads of one encoder, so nobody takes cores from another.
        done = progress.begin("tickets with each number of passages", sum(len(one) for one in cases))
        begin = cpu_times()
        runs = interleaved(cases, contenders, seed=SEED, pause_s=0.0, done=done)
        others = cores_of_others(begin, cpu_times())
    return growth_report(runs, opened, found, others, environment)
