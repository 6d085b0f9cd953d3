"""Takes one ticket and says how long each part of it took."""

import asyncio
import dataclasses
import time

import numpy as np

from agent.assemble import Agent
from agent.graph import STEPS
from agent.trace import StepDone, ToolCalled, Trace
from evals.bench.interleave import WHOLE, Parts
from evals.bench.mix import MixTicket
from evals.peers.sentence_transformer import PlainEncode
from knowledge.encoder.protocol import Vectors
from knowledge.library import Library
from knowledge.search import CANDIDATES, Search, SearchSettings
from tools.orders import look_up_order
from tools.tool import Outcome

BETWEEN = "between steps"  # the graph itself, the checking of the Decision, and everything else outside of the steps
DENSE, LEXICAL = "dense half", "lexical half"
PARTS = (*(step.__name__ for step in STEPS), BETWEEN)


class NoLookUpError(RuntimeError):
    """A ticket of the benchmark did not make its one order look-up, so its time says nothing."""


@dataclasses.dataclass(frozen=True)
class TimedAgent:
    """Runs `Agent.run` in an event loop that outlives the run, as a server's does."""

    agent: Agent
    loop: asyncio.Runner

    def __call__(self, case: MixTicket) -> Parts:
        """Return the milliseconds of the whole ticket and of each step; raises NoLookUpError."""
        whole, trace = self.loop.run(self._timed(case))
        _require_look_up(trace, case)
        parts = {event.step: event.duration_ms for event in trace.events if isinstance(event, StepDone)}
        return {**parts, BETWEEN: whole - sum(parts.values()), WHOLE: whole}

    def vector(self, case: MixTicket) -> Vectors:
        """Return the ticket's vector as the agent reads it, shape (dimensions,)."""
        reads = self.loop.run(self.agent.reader.read(case.ticket.text))
        return np.asarray(reads.vectors[0], dtype=np.float32)

    async def _timed(self, case: MixTicket) -> tuple[float, Trace]:
        started = time.perf_counter()
        _, trace = await self.agent.run(case.ticket)
        return (time.perf_counter() - started) * 1000, trace


@dataclasses.dataclass(frozen=True)
class TimedEncode:
    """The plain encoding of a ticket's text."""

    peer: PlainEncode

    def __call__(self, case: MixTicket) -> Parts:
        """Return the milliseconds of the whole."""
        started = time.perf_counter()
        self.peer.encode(case.ticket.text)
        return {WHOLE: (time.perf_counter() - started) * 1000}


def with_library(agent: Agent, library: Library) -> Agent:
    """Return the same agent, which searches another library with its release's settings."""
    search = Search(library, SearchSettings(**agent.release.retrieval.model_dump()))
    return dataclasses.replace(agent, search=search)


def timed_search(library: Library, question: str, vector: Vectors) -> Parts:
    """Return the milliseconds of each half of a retrieval, asked as the search asks it."""
    started = time.perf_counter()
    library.nearest(vector, CANDIDATES)
    between = time.perf_counter()
    library.lexical.best(question, CANDIDATES)
    return {DENSE: (between - started) * 1000, LEXICAL: (time.perf_counter() - between) * 1000}


def _require_look_up(trace: Trace, case: MixTicket) -> None:
    """A look-up that ran into its time limit is a slow run like any other, and stays among the measured."""
    calls = [event for event in trace.events if isinstance(event, ToolCalled) and event.name == look_up_order.name]
    answered = all(call.outcome in {Outcome.OK, Outcome.TIMED_OUT} for call in calls)
    if [call.arguments.get("order_id") for call in calls] != [case.order_id] or not answered:
        raise NoLookUpError(f"expected one look-up of {case.order_id}, found {[call.outcome for call in calls]}")
