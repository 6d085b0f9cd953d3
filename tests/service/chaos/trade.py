"""Customers and colleagues who all ask at once, until the server is gone; what they do is drawn by lot."""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import httpx2
from sqlmodel import select

from service.store.store import Session
from service.store.tables import CaseRow
from tests.service.chaos.ledger import Ledger, Request
from tests.service.chaos.premises import Door, Premises
from tools.records import Order

AT_ONCE = 8  # customers
RECENT = 40  # conversations that are gone on with; few, so that two customers meet in one
WORDS = (
    "Where is my order {order}?",
    "I want my money back",
    "I want to speak to a human being",
    "The app crashes whenever I open it",
    "How long do I have to send something back?",
    "Can I change the address of {order}?",
)


@dataclass
class Trade:
    """What goes on at one service through all its lives."""

    premises: Premises
    ledger: Ledger
    draw: random.Random
    orders: Iterator[Order] = field(init=False)

    def __post_init__(self) -> None:
        self.orders = iter(self.premises.orders.values())

    async def until_gone(self, door: Door) -> None:
        """Go on until the server does not answer any more."""
        await asyncio.gather(*(self._customer(door) for _ in range(AT_ONCE)))

    async def _customer(self, door: Door) -> None:
        scripts = (self._talk, self._talk, self._refund)
        try:
            while True:
                await self.draw.choice(scripts)(door)
        except httpx2.TransportError:
            return

    async def _talk(self, door: Door) -> None:
        order = self.draw.choice(list(self.premises.orders.values()))
        words = self.draw.choice(WORDS).format(order=order.order_id)
        message = {"message": f"{words} ({len(self.ledger.requests)})"}
        begun = [request for request in self.ledger.requests if request.chats and request.kept][-RECENT:]
        if begun and self.draw.random() < 0.6:
            message["conversation_id"] = self.draw.choice(begun).answer["conversation_id"]
        else:
            message["customer_id"] = order.customer_id
        said = await self.ledger.ask(door, "/v1/chat", message)
        if said.kept and self.draw.random() < 0.4:
            await self._rate(door, said)
        if said.kept and said.answer["next_action"] == "escalate":
            await self._hand_back(door, said)

    async def _refund(self, door: Door) -> None:
        order = next(self.orders)
        message = {"message": f"I want my money back for {order.order_id}", "customer_id": order.customer_id}
        offer = (await self.ledger.ask(door, "/v1/chat", message)).answer
        case_id = await self._case_of(offer["ticket_id"])
        assert offer["next_action"] == "offer_refund"
        assert case_id is not None
        path, id = f"/v1/desk/cases/{case_id}/approve", offer["conversation_id"]
        approvals = [partial(self.ledger.ask, door, path, {}, "desk") for _ in range(self.draw.choice((1, 1, 2, 3)))]
        yes = {"message": f"yes, please refund {order.order_id}", "conversation_id": id}
        confirm = partial(self.ledger.ask, door, "/v1/chat", yes)
        if self.draw.random() < 0.5:
            await confirm()
            await asyncio.gather(*(approve() for approve in approvals))
        else:  # the customer says yes while a colleague approves
            await asyncio.gather(*(approve() for approve in approvals), confirm())

    async def _rate(self, door: Door, said: Request) -> None:
        rating = self.draw.choice(("up", "down"))
        feedback = {"ticket_id": said.answer["ticket_id"], "rating": rating, "comment": f"of {said.key}"}
        await self.ledger.ask(door, "/v1/feedback", feedback)

    async def _hand_back(self, door: Door, said: Request) -> None:
        case_id = await self._case_of(said.answer["ticket_id"])
        if case_id is not None:  # else the conversation has a case of before
            await self.ledger.ask(door, f"/v1/desk/cases/{case_id}/hand-back", {}, "desk")

    async def _case_of(self, ticket_id: str) -> str | None:
        def unit(session: Session) -> str | None:
            return session.exec(select(CaseRow.id).where(CaseRow.ticket_id == ticket_id)).first()

        return await asyncio.to_thread(self.premises.store.read_now, unit)
