"""The same tickets as `embedded`, `cascade` and `llm`, in turn, against a scripted server in a process of its own."""

import asyncio
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agent.assemble import Agent
from agent.deadline import Deadline
from agent.models.choose import Chosen
from agent.models.spending import Spending
from agent.settings import ServerSettings
from agent.trace import ModelCalled
from evals.bench.environment import bench_environment, cores_of_others, cpu_times
from evals.bench.interleave import WHOLE, Contender, Parts, interleaved, warm_up
from evals.bench.mix import STANDARD_LENGTHS, MixTicket, mix
from evals.bench.models.report import CALLS, EMBEDDED, KINDS, ModelsReport, models_report
from evals.bench.parts import Parts as Opened
from evals.bench.quantiles import require_enough
from evals.released import as_release
from tools.demo_shop.seed import seeded_orders

SEED = 20261128
MODEL = "scripted-1"


@dataclass(frozen=True)
class ModelsPlan:
    """How much is run: `each` tickets of each standard length."""

    each: int = 10
    repetitions: int = 9
    warm_up: int = 2


QUICK = ModelsPlan(each=5, repetitions=7, warm_up=1)


@dataclass(frozen=True)
class TimedRelease:
    """Runs whole tickets in an event loop that outlives them, as a server's does."""

    agent: Agent
    loop: asyncio.Runner

    def __call__(self, case: MixTicket) -> Parts:
        """Return the milliseconds of the whole, and under CALLS how often the server was asked."""
        return self.loop.run(self._timed(case))

    async def _timed(self, case: MixTicket) -> Parts:
        decision, trace = await self.agent.run(case.ticket)
        calls = sum(event.calls for event in trace.events if isinstance(event, ModelCalled))
        return {WHOLE: decision.latency_ms, CALLS: float(calls)}


def measure_models(parts: Opened, plan: ModelsPlan, delay_ms: int) -> ModelsReport:
    """Run the plan; raises TooFewError for a plan too small, and RuntimeError where the server does not start."""
    require_enough(plan.each * len(STANDARD_LENGTHS), plan.repetitions)
    environment = bench_environment(parts.agent, parts.threads)
    draw, orders = random.Random(SEED), list(seeded_orders())  # noqa: S311 - made up tickets, not a secret
    cases = [mix(orders, STANDARD_LENGTHS, plan.each, draw) for _ in range(plan.repetitions)]
    with tempfile.TemporaryDirectory() as folder, served(delay_ms) as address, asyncio.Runner() as loop:
        settings = ServerSettings(base_url=address, model=MODEL, price_input=0.0, price_output=0.0)
        contenders: dict[str, Contender[MixTicket]] = {EMBEDDED: TimedRelease(parts.agent, loop)}
        for kind in KINDS:
            agent, chosen = as_release(parts.agent, kind, settings, Path(folder))
            loop.run(_found_out(chosen))
            contenders[kind] = TimedRelease(agent, loop)
        warm_up(mix(orders, STANDARD_LENGTHS, plan.warm_up, draw), contenders)
        begin = cpu_times()
        done = parts.progress.begin("tickets with three releases", sum(len(one) for one in cases))
        runs = interleaved(cases, contenders, seed=SEED, done=done)
        others = cores_of_others(begin, cpu_times())
    return models_report(runs, delay_ms, others, environment)


async def _found_out(chosen: Chosen) -> None:
    """Have the server's ways found out before anything is timed."""
    if chosen.server is not None:
        await chosen.server.resolve(Spending(Deadline.after(5.0)))


@contextmanager
def served(delay_ms: int) -> Iterator[str]:
    """Yield the address of a scripted server that waits so long before each answer."""
    command = [sys.executable, "-m", "evals", "scripted-server", f"--delay-ms={delay_ms}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)  # noqa: S603
    try:
        said = process.stdout.readline() if process.stdout else ""
        _, found, address = said.strip().partition("OPENAI_BASE_URL=")
        if not found:
            raise RuntimeError("the scripted server did not start")
        yield address
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
