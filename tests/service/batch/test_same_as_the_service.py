"""What the batch says of a ticket is what a door says of it: ids, times and trace apart."""

import dataclasses
import random
from dataclasses import dataclass
from typing import Any

import pytest

from agent.assemble import Agent
from agent.bulk import Bulk
from agent.decision import Decision
from agent.models.protocol import Classification, Model, Reading
from agent.models.spending import Spending
from agent.ticket import Ticket
from evals.datasets import load_labelled
from knowledge.reading import Reads
from service.batch.answers import answer_of

OWN_CONFIDENCE = 0.0001


def drawn(count: int) -> list[Ticket]:
    draw = random.Random(20261129)
    texts = draw.choices([ticket.text for ticket in load_labelled()], k=count)
    customers = ["C-1001", "C-1002", "C-1003", None]
    return [
        Ticket.of(f"{text} {draw.choice(['', 'It is A-10234.', 'Order A-10135'])}", customer_id=draw.choice(customers))
        for text in texts
    ]


async def same(agent: Agent, count: int) -> None:
    tickets = drawn(count)
    together = await Bulk(agent).decide(tickets)
    for ticket, done in zip(tickets, together, strict=True):
        alone, _ = await agent.run(ticket)
        assert isinstance(done.result, Decision)
        one, other = dict(answer_of(done.result)), dict(answer_of(alone))
        assert one.pop("confidence") == pytest.approx(other.pop("confidence"), abs=OWN_CONFIDENCE)
        for name in ("alternatives", "citations"):
            mine, theirs = one.pop(name), other.pop(name)
            assert [rounded(part) for part in mine] == [rounded(part) for part in theirs]
        assert one == other


def rounded(part: dict[str, object]) -> dict[str, object]:
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in part.items()}


async def test_the_same_decision(agent: Agent) -> None:
    await same(agent, 60)


@pytest.mark.slow
async def test_the_same_thousand_decisions(agent: Agent) -> None:
    await same(agent, 1000)


async def test_classifying_says_what_the_whole_way_says_of_the_text(agent: Agent) -> None:
    tickets = drawn(60)
    assessed = await Bulk(agent).assess(tickets)
    decided = await Bulk(agent).decide(tickets)
    for short, long in zip(assessed, decided, strict=True):
        assert not isinstance(short.result, Exception)
        assert not isinstance(long.result, Exception)
        assert (short.result.category, short.result.confidence) == (long.result.category, long.result.confidence)
        assert set(short.result.flags) <= set(long.result.flags)


@dataclass(frozen=True)
class Breaking:
    """A model that fails for some texts, as a defect would."""

    model: Model

    def __getattr__(self, name: str) -> Any:
        return getattr(self.model, name)

    async def classify(self, reading: Reading, reads: Reads, spending: Spending) -> Classification:
        if "break" in reading.ticket.text:
            raise ZeroDivisionError
        return await self.model.classify(reading, reads, spending)


async def test_one_that_fails_does_not_take_the_others(agent: Agent) -> None:
    breaking: Any = Breaking(agent.embedded)
    bulk = Bulk(dataclasses.replace(agent, model=breaking, embedded=breaking))
    found = await bulk.decide([Ticket.of("May I break it?"), Ticket.of("What is your return policy?")])
    assert [type(one.result) for one in found] == [ZeroDivisionError, Decision]
