"""The service without its doors, in this process: messages in, refunds out, and a clock that tests turn."""

import dataclasses
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.assemble import Agent
from agent.decision import Decision
from service.incoming import Incoming
from service.intake import Intake, Started
from service.outbox import Outbox
from service.store import desk
from service.store.counts import Limit
from service.store.idempotency import Named
from service.store.owners import Writer
from service.store.store import Store
from service.store.tables import CaseRow
from tests.service.chaos.stock import refundable, stock
from tests.service.chaos.world import World, world_of
from tools.demo_shop.store import DemoShop
from tools.records import Order


@dataclass
class Backroom:
    """The parts that work behind the doors, over a shop of their own."""

    store: Store
    shop: DemoShop
    shop_file: Path
    orders: list[Order]
    agent: Agent
    time: datetime = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """Return the time, which stands still until it is turned."""
        return self.time

    def turn(self, by: timedelta) -> None:
        """Let time go by."""
        self.time += by

    def outbox(self) -> Outbox:
        """Return the sender of one worker."""
        return Outbox(self.store, self.shop, self.agent.today, self.now)

    async def say(self, text: str, customer_id: str | None, conversation_id: str | None = None) -> Decision:
        """Have a message answered, under a key."""
        intake = Intake(self.agent, self.store, self.now, Limit(1000, 60))
        writer = Writer(customer_id, None, owns_all=customer_id is None)
        incoming = Incoming(text, writer, "chat", chat=True, conversation_id=conversation_id)
        started = await intake.begin(incoming, Named("test", "POST /v1/chat", secrets.token_hex(8), text))
        assert isinstance(started, Started)
        return Decision.model_validate_json((await intake.finish(started)).body)

    async def offer(self, order: Order) -> CaseRow:
        """Have a refund offered; return its case."""
        decision = await self.say(f"I want my money back for {order.order_id}", order.customer_id)
        return self.world().case_of(decision.ticket_id)

    async def approved(self, order: Order) -> CaseRow:
        """Have a refund offered and approved; return its case."""
        case = await self.offer(order)
        self.store.write_now(lambda session: desk.approve(session, case.id, "test", self.now()))
        return case

    def world(self) -> World:
        """Return all that the database and the shop hold."""
        return world_of(self.store, self.shop_file, {order.order_id: order for order in self.orders})


@contextmanager
def backroom_in(folder: Path, url: str, agent: Agent) -> Iterator[Backroom]:
    """Open one over a database, with a few orders."""
    orders = refundable(3)
    stock(folder / "shop.db", orders)
    shop, store = DemoShop(folder / "shop.db"), Store(url)
    try:
        yield Backroom(store, shop, folder / "shop.db", orders, dataclasses.replace(agent, shop=shop))
    finally:
        store.close()
        shop.close()
