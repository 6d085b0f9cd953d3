"""Refunds on their way out: paid once, whoever sends them, however often, and whatever becomes of the others."""

import asyncio
import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar

from service.store import outbox
from service.store.errors import StoreBusy
from service.store.outbox import LEASE
from service.store.store import Session, Store
from tests.service.chaos.backroom import Backroom
from tests.service.chaos.invariants import broken
from tools.demo_shop.store import DemoShop
from tools.records import Order

T = TypeVar("T")


async def test_what_was_paid_and_not_noted_is_paid_once(backroom: Backroom) -> None:
    order = backroom.orders[0]
    await backroom.approved(order)
    (leaving,) = backroom.store.write_now(lambda session: outbox.take_due(session, 1, backroom.now()))
    proposal = backroom.world().proposals[leaving.key]
    paid = backroom.shop.refund(order.order_id, proposal.amount_minor, proposal.currency, leaving.key)
    await backroom.outbox().send_due()  # the lease of the dead holds
    assert backroom.world().outbox[leaving.key].state == "pending"
    backroom.turn(LEASE)
    await backroom.outbox().send_due()
    world = backroom.world()
    assert [refund.refund_id for refund in world.refunds] == [paid.refund_id]
    assert world.proposals[leaving.key].refund_id == paid.refund_id
    assert not broken(world)


async def test_of_two_senders_at_once_one_sends(backroom: Backroom) -> None:
    for order in backroom.orders:
        await backroom.approved(order)
    await asyncio.gather(*(backroom.outbox().send_due() for _ in range(4)))
    world = backroom.world()
    assert [row.attempts for row in world.outbox.values()] == [1, 1, 1]
    assert len(world.refunds) == 3
    assert not broken(world)


async def test_of_two_offers_for_one_order_one_is_paid(backroom: Backroom) -> None:
    order = backroom.orders[0]
    for _ in range(2):
        await backroom.approved(order)
        backroom.turn(LEASE)
    await backroom.outbox().send_due()
    world = backroom.world()
    assert sorted(proposal.state for proposal in world.proposals.values()) == ["issued", "refused"]
    assert not broken(world)


class Failing(DemoShop):
    """A shop that fails for one order in a way that nobody foresaw."""

    def order(self, order_id: str) -> Order | None:
        """See Shop.order."""
        if order_id == "A-20001":
            raise RuntimeError
        return super().order(order_id)


async def test_what_fails_on_its_way_holds_nothing_else_up(backroom: Backroom, caplog: Any) -> None:
    for order in backroom.orders:
        await backroom.approved(order)
        backroom.turn(LEASE)
    failing = Failing(backroom.shop_file)
    await dataclasses.replace(backroom.outbox(), shop=failing).send_due()
    failing.close()
    states = {world_row.order_id: world_row.state for world_row in backroom.world().proposals.values()}
    assert states == {"A-20001": "approved", "A-20002": "issued", "A-20003": "issued"}
    assert "RuntimeError" in caplog.text
    backroom.turn(LEASE)
    await backroom.outbox().send_due()
    assert {proposal.state for proposal in backroom.world().proposals.values()} == {"issued"}


class BusyOnce(Store):
    """A database that others keep locked, once, when it is written to for the second time."""

    writes = 0

    async def write(self, unit: Callable[[Session], T], **how: Any) -> T:
        """See Store.write."""
        self.writes += 1
        if self.writes == 2:
            raise StoreBusy
        return await super().write(unit, **how)


async def test_what_was_paid_is_noted_as_soon_as_the_database_is_free(backroom: Backroom) -> None:
    await backroom.approved(backroom.orders[0])
    busy = BusyOnce(backroom.store.engine.url.render_as_string(hide_password=False))
    await dataclasses.replace(backroom.outbox(), store=busy).send_due()
    busy.close()
    assert [proposal.state for proposal in backroom.world().proposals.values()] == ["issued"]
