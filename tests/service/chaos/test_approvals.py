"""Sixty-four approvals of one refund at once, through two processes, while its customer says yes: it is paid once."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from tests.service.chaos.invariants import broken
from tests.service.chaos.premises import Door, Premises, until
from tools.records import Order

pytestmark = [pytest.mark.slow, pytest.mark.allow_hosts(["127.0.0.1"])]

ROUNDS = int(os.environ.get("TRIAGE_CHAOS_ROUNDS", "10"))
EACH = 32  # approvals through each process
SHARED_KEY = 0.25  # share of rounds in which all approvals are one request that is repeated
PAID_WITHIN = 5.0  # seconds


async def test_a_refund_is_approved_once_and_paid_once(
    premises: Premises, draw: random.Random, say: Callable[[str], None]
) -> None:
    orders = iter(premises.orders.values())
    with premises.serve() as one, premises.serve() as two:
        async with Door(one) as first, Door(two) as second:
            waits = [await _round(premises, first, second, next(orders), draw) for _ in range(ROUNDS)]
            asked, busy = first.asked + second.asked, first.busy + second.busy
    say(
        f"approvals {premises.kind}: rounds {ROUNDS}, requests {asked}, 503 then repeated {busy}, "
        f"paid after p50 {sorted(waits)[ROUNDS // 2]:.2f} s, max {max(waits):.2f} s"
    )


async def _round(premises: Premises, first: Door, second: Door, order: Order, draw: random.Random) -> float:
    decision, case_id = await _offered(first, order)
    path = f"/v1/desk/cases/{case_id}/approve"
    shared = f"{case_id}-all" if draw.random() < SHARED_KEY else None
    doors = [first, second] * EACH
    draw.shuffle(doors)
    keys = [shared or (f"{case_id}-{number}" if number % 4 else None) for number in range(len(doors))]
    approvals = [door.post(path, {}, "desk", key) for door, key in zip(doors, keys, strict=True)]
    yes = {"message": f"yes, please refund {order.order_id}", "conversation_id": decision["conversation_id"]}
    confirmed, *answers = await asyncio.gather(second.post("/v1/chat", yes, "service"), *approvals)
    assert confirmed.status_code == 200
    _approved_once(answers, shared is not None)

    async def paid() -> bool:
        return (await second.get(f"/v1/desk/cases/{case_id}", "desk")).json()["state"] == "closed"

    waited = await until(paid, "paid and noted", PAID_WITHIN)
    world = premises.world()
    assert not broken(world)
    (refund,) = world.refunds_of(order.order_id)
    assert (refund.amount_minor, refund.currency) == (decision["refund"]["amount_minor"], order.currency)
    assert world.proposals[refund.key].state == "issued"
    assert (world.outbox[refund.key].state, world.outbox[refund.key].attempts) == ("done", 1)
    return waited


def _approved_once(answers: list[httpx2.Response], one_request: bool) -> None:
    statuses = Counter(answer.status_code for answer in answers)
    if one_request:
        assert statuses == {200: 2 * EACH}
        assert len({answer.content for answer in answers}) == 1
    else:
        assert statuses == {200: 1, 409: 2 * EACH - 1}


async def _offered(door: Door, order: Order) -> tuple[dict[str, Any], str]:
    """Return the Decision that offers a refund, and the id of its case."""
    asked = {"message": f"I want my money back for {order.order_id}", "customer_id": order.customer_id}
    decision = (await door.post("/v1/chat", asked, "service")).json()
    assert decision["next_action"] == "offer_refund"
    listed = (await door.get("/v1/desk/cases?state=waiting", "desk")).json()["cases"]
    (case_id,) = (case["case_id"] for case in listed if case["ticket_id"] == decision["ticket_id"])
    return decision, case_id
