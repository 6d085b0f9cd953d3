"""The session's agent as a release with a large model, which it asks at the real server, over a wiretap."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from agent.assemble import Agent
from agent.deadline import Deadline
from agent.decision import Decision
from agent.models.chat import Dialect
from agent.models.choose import Chosen
from agent.models.server import ModelServer
from agent.models.spending import Spending
from agent.settings import ServerSettings
from agent.ticket import Ticket
from agent.trace import Act, Classified, ModelCalled, StepFailed, Trace
from evals.released import as_release
from tests.llm.inbox import CUSTOMER, INBOX, SPARE, Letter
from tests.llm.wiretap import Wiretap

DEADLINE_S = (
    60.0  # a release's three seconds are for servers that are built for it: one thread reads 200 tokens a second
)


@dataclass(frozen=True)
class Asking:
    """An agent that asks the real server, and what goes over the wire."""

    agent: Agent
    chosen: Chosen
    server: ModelServer
    wire: Wiretap

    async def found_out(self) -> Dialect:
        """Return how the server wants to be spoken to."""
        _, dialect = await self.server.resolve(Spending(Deadline.after(DEADLINE_S)))
        assert self.server.dialects.known(self.server.name) == dialect, "the server was too busy to be found out"
        return dialect


@dataclass(frozen=True)
class Answered:
    """What became of a letter."""

    letter: Letter
    decision: Decision
    trace: Trace

    def failure(self, act: Act) -> str | None:
        """Return how the real model failed at an act, None where it did not."""
        failed = (event for event in self.trace.events if isinstance(event, StepFailed) and event.step == act)
        return next((event.error for event in failed), None)

    def completed(self, act: Act) -> ModelCalled | None:
        """Return the real model's call for an act where its answer was taken, None where it was not asked or failed."""
        called = (event for event in self.trace.events if isinstance(event, ModelCalled) and event.act == act)
        return None if self.failure(act) else next((event for event in called if event.calls), None)

    @property
    def classified(self) -> Classified:
        """Return what the letter was taken for."""
        return next(event for event in self.trace.events if isinstance(event, Classified))


@dataclass(frozen=True)
class Campaign:
    """The whole inbox, answered by the newest release that asks the real model everything."""

    answered: list[Answered]
    wire: Wiretap
    dialect: Dialect
    model: str
    prompts: tuple[str, ...]


@asynccontextmanager
async def asking(agent: Agent, address: str, var: Path) -> AsyncIterator[Asking]:
    """Yield the agent as the newest `llm` release, with a longer deadline; `var` is a fresh folder."""
    async with Wiretap(address).listening() as wire:
        settings = ServerSettings(base_url=wire.address, price_input=1.0, price_output=2.0)
        # In a thread: it asks which models there are, over the wiretap, which needs this loop.
        asker, chosen = await asyncio.to_thread(as_release, agent, "llm", settings, var)
        assert chosen.server is not None
        release = asker.release.model_copy(update={"deadline_s": DEADLINE_S})
        try:
            yield Asking(replace(asker, release=release), chosen, chosen.server, wire)
        finally:
            await chosen.server.close()


async def campaign(agent: Agent, address: str, var: Path) -> Campaign:
    """Have every letter of the inbox answered, one after the other, and spare ones until look-ups were chosen well."""
    async with asking(agent, address, var) as talk:
        dialect = await talk.found_out()
        answered = [await _answered(talk, letter) for letter in INBOX]
        for letter in SPARE:
            if any(one.completed("choose_lookups") for one in answered):
                break
            answered.append(await _answered(talk, letter))
        prompts = tuple(prompt.stable for prompt in talk.chosen.prompts.values())
        return Campaign(answered, talk.wire, dialect, talk.server.name, prompts)


async def _answered(talk: Asking, letter: Letter) -> Answered:
    decision, trace = await talk.agent.run(Ticket.of(letter.text, customer_id=CUSTOMER))
    return Answered(letter, decision, trace)
