"""One crash at each failpoint, looked at closely: what is there after it, and what a client gets that asks again."""

from collections.abc import Awaitable, Callable

import httpx2
import pytest

from service.failpoints import VARIABLE, Failpoint
from tests.service.chaos.abandoned import let_go
from tests.service.chaos.invariants import broken
from tests.service.chaos.premises import Door, Premises, until

pytestmark = [pytest.mark.slow, pytest.mark.allow_hosts(["127.0.0.1"])]

KEY = "the-same"
ASKED = {"message": "Do you ship to Norway?", "customer_id": "C-1001"}


async def dies(premises: Premises, point: Failpoint, work: Callable[[Door], Awaitable[object]]) -> None:
    """Run a server until it dies at a point, as it has to while this is asked of it."""
    with premises.serve(**{VARIABLE: point.value}) as served:
        async with Door(served) as door:
            with pytest.raises(httpx2.TransportError):
                await work(door)
        assert served.process.wait(timeout=10) < 0
    assert not broken(premises.world())


async def ask(door: Door) -> httpx2.Response:
    """Send the one message under the one key, once."""
    headers = {"Authorization": f"Bearer {door.served.keys['service']}", "Idempotency-Key": KEY}
    return await door.http.post("/v1/chat", json=ASKED, headers=headers)


@pytest.mark.parametrize("point", [Failpoint.CLAIMED, Failpoint.DECIDED])
async def test_what_was_only_begun_is_done_once_when_it_is_given_up(premises: Premises, point: Failpoint) -> None:
    await dies(premises, point, ask)
    assert not premises.world().decisions
    with premises.serve() as served:
        async with Door(served) as door:
            soon = await ask(door)
            assert (soon.status_code, soon.headers["retry-after"]) == (409, "1")
            let_go(premises.store)
            later, again = await ask(door), await ask(door)
    assert later.status_code == 200
    assert again.content == later.content
    world = premises.world()
    assert [row.body for row in world.decisions.values()] == [later.text]
    assert not broken(world)


async def test_what_was_kept_and_not_answered_is_the_answer(premises: Premises) -> None:
    await dies(premises, Failpoint.SAVED, ask)
    (kept,) = premises.world().decisions.values()
    with premises.serve() as served:
        async with Door(served) as door:
            answer = await ask(door)
            other = await door.post("/v1/chat", ASKED | {"message": "Something else"}, "service", KEY)
    assert answer.content == kept.body.encode()
    assert other.status_code == 422
    assert list(premises.world().decisions) == [kept.ticket_id]


async def test_what_was_approved_and_not_answered_is_paid(premises: Premises) -> None:
    async def approve(door: Door) -> None:
        await door.post(await _approval_path(premises, door), {}, "desk", KEY)

    await dies(premises, Failpoint.APPROVED, approve)
    dead = premises.world()
    assert not dead.refunds
    (case,) = dead.cases
    with premises.serve() as served:
        async with Door(served) as door:
            await _paid_once(premises)
            again = await door.post(f"/v1/desk/cases/{case}/approve", {}, "desk", KEY)
    assert again.status_code == 200
    assert again.json()["proposal"]["state"] == "approved"  # as it was then


async def test_what_was_paid_and_not_noted_is_paid_once(premises: Premises) -> None:
    async def approve(door: Door) -> None:
        await door.post(await _approval_path(premises, door), {}, "desk", KEY)
        while True:  # it is answered before it leaves, or dies before that
            await door.get("/livez", "desk")

    await dies(premises, Failpoint.SENT, approve)
    dead = premises.world()
    (refund,) = dead.refunds
    assert dead.proposals[refund.key].state == "approved"
    let_go(premises.store)
    with premises.serve():
        await _paid_once(premises)
    world = premises.world()
    assert [one.refund_id for one in world.refunds] == [refund.refund_id]
    assert world.proposals[refund.key].refund_id == refund.refund_id
    assert world.outbox[refund.key].attempts == 2


async def _approval_path(premises: Premises, door: Door) -> str:
    """Have a refund offered; return where it is approved."""
    order = next(iter(premises.orders.values()))
    asked = {"message": f"I want my money back for {order.order_id}", "customer_id": order.customer_id}
    decision = (await door.post("/v1/chat", asked, "service")).json()
    return f"/v1/desk/cases/{premises.world().case_of(decision['ticket_id']).id}/approve"


async def _paid_once(premises: Premises) -> None:
    async def issued() -> bool:
        return [proposal.state for proposal in premises.world().proposals.values()] == ["issued"]

    await until(issued, "paid and noted")
    world = premises.world()
    assert len(world.refunds) == 1
    assert not broken(world)
