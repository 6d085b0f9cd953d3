"""The clock is put back by an hour or forward by a day: nobody waits longer for it, and nothing is paid twice.

An hour back lies before all that is kept; a day forward, all that is kept for a while is over.
"""

import asyncio
import dataclasses
import threading
from typing import Any

import pytest

from agent.assemble import Agent
from service.incoming import Incoming
from service.intake import Started
from service.settings import ServiceSettings
from service.store.idempotency import ABANDONED, Answered, ClaimLost, KeyInUse, Named
from service.store.outbox import LONGEST_WAIT
from service.store.owners import Writer
from tests.service.databases import POSTGRES_SLOWLY
from tests.service.running import Running
from tools.demo_shop.store import DemoShop
from tools.records import Refund

pytestmark = pytest.mark.parametrize("url", POSTGRES_SLOWLY, indirect=True)
JUMPS = pytest.mark.parametrize("jump", [{"hours": -1}, {"days": 1, "seconds": 1}], ids=["back", "forward"])
BACK = {"hours": -1}
OURS = "C-1001"
TICKET = {"text": "Where is my order A-10234?", "customer_id": OURS}
MINUTE = 60


class SlowShop:
    """A shop that pays only when it is let, and counts what it is asked to pay."""

    def __init__(self, shop: DemoShop) -> None:
        self.shop, self.asked, self.may_pay = shop, threading.Semaphore(0), threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.shop, name)

    def refund(self, *asked: Any, **named: Any) -> Refund:
        """See Shop.refund."""
        self.asked.release()
        assert self.may_pay.wait(timeout=20)
        return self.shop.refund(*asked, **named)


@pytest.fixture
def shop(shop: DemoShop) -> SlowShop:
    """A shop of the test's own that waits before it pays."""
    return SlowShop(shop)


@pytest.fixture
def serving_agent(agent: Agent, shop: SlowShop) -> Agent:
    """The agent over that shop."""
    return dataclasses.replace(agent, shop=shop)


@pytest.mark.parametrize("service_settings", [ServiceSettings(requests_a_minute=3, messages_a_minute=3)])
@JUMPS
async def test_who_was_over_a_limit_is_served_again_within_two_windows(service: Running, jump: dict[str, int]) -> None:
    statuses = [(await service.post("/v1/triage", TICKET)).status_code for _ in range(5)]
    assert statuses[-1] == 429
    service.clock.turn(**jump)
    for _ in range(5):
        answer = await service.post("/v1/triage", TICKET)
        assert answer.status_code in {200, 429}
        assert int(answer.headers.get("retry-after", 1)) <= 2 * MINUTE
    service.clock.turn(seconds=2 * MINUTE)
    assert (await service.post("/v1/triage", TICKET)).status_code == 200


@JUMPS
async def test_a_key_has_its_answer_or_is_free(service: Running, jump: dict[str, int]) -> None:
    first = await service.post("/v1/triage", TICKET, Idempotency_Key="one")
    service.clock.turn(**jump)
    again = await service.post("/v1/triage", TICKET, Idempotency_Key="one")
    assert again.status_code == 200
    assert (again.content == first.content) == (jump == BACK)  # after a day a key is forgotten


@JUMPS
async def test_a_key_that_nobody_is_at_any_more_is_taken_over(service: Running, jump: dict[str, int]) -> None:
    intake, named = service.parts.intake, Named("K-1", "POST /v1/triage", "one", "digest")
    incoming = Incoming(TICKET["text"], Writer(OURS, None, owns_all=False), "api", chat=False)
    stuck = await intake.begin(incoming, named)
    assert isinstance(stuck, Started)
    with pytest.raises(KeyInUse):
        await intake.begin(incoming, named)
    service.clock.turn(**jump)
    begun = await intake.begin(incoming, named)
    assert isinstance(begun, Started)
    answered = await intake.finish(begun)
    with pytest.raises(ClaimLost):
        await intake.finish(stuck)
    assert await intake.begin(incoming, named) == answered
    assert isinstance(answered, Answered)


async def test_a_clock_that_is_put_back_a_little_leaves_a_key_in_use(service: Running) -> None:
    intake, named = service.parts.intake, Named("K-1", "POST /v1/triage", "one", "digest")
    incoming = Incoming(TICKET["text"], Writer(OURS, None, owns_all=False), "api", chat=False)
    await intake.begin(incoming, named)
    service.clock.turn(seconds=-1)
    with pytest.raises(KeyInUse):
        await intake.begin(incoming, named)
    service.clock.turn(seconds=1 + ABANDONED.total_seconds())
    assert isinstance(await intake.begin(incoming, named), Started)


@JUMPS
async def test_a_token_ends_with_its_time_and_a_new_one_is_to_be_had(service: Running, jump: dict[str, int]) -> None:
    token = await service.token(OURS)
    service.clock.turn(**jump)
    answer = await service.post("/v1/chat", {"message": "hello"}, token)
    assert answer.status_code == (200 if jump == BACK else 401)
    fresh = await service.token(OURS)
    assert (await service.post("/v1/chat", {"message": "hello"}, fresh)).status_code == 200


async def approved(service: Running, order_id: str) -> tuple[str, int]:
    """Return a case whose refund was approved, and the amount."""
    asked = {"message": f"I want my money back for {order_id}", "customer_id": OURS}
    decision = (await service.post("/v1/chat", asked)).json()
    (case,) = (await service.get("/v1/desk/cases?state=waiting", "desk")).json()["cases"]
    path = f"/v1/desk/cases/{case['case_id']}"
    assert (await service.post(f"{path}/approve", {}, "desk")).status_code == 200
    return path, decision["refund"]["amount_minor"]


def refunded(shop: SlowShop, order_id: str) -> int:
    order = shop.shop.order(order_id)
    assert order is not None
    return order.refunded_minor


@JUMPS
async def test_a_refund_that_was_to_leave_leaves_at_once(
    service: Running, shop: SlowShop, offered: str, jump: dict[str, int]
) -> None:
    shop.may_pay.set()
    before = refunded(shop, offered)
    path, amount = await approved(service, offered)
    service.clock.turn(**jump)
    for _ in range(3):
        await service.parts.outbox.send_due()
        service.clock.turn(seconds=LONGEST_WAIT.total_seconds())
    assert refunded(shop, offered) == before + amount
    assert (await service.get(path, "desk")).json()["proposal"]["state"] == "issued"


@JUMPS
async def test_a_refund_that_two_workers_send_is_paid_once(
    service: Running, shop: SlowShop, offered: str, jump: dict[str, int]
) -> None:
    before = refunded(shop, offered)
    path, amount = await approved(service, offered)
    outbox = service.parts.outbox
    sending = asyncio.create_task(outbox.send_due())
    await asyncio.to_thread(shop.asked.acquire, timeout=10)
    await outbox.send_due()  # it is leased: nothing is due
    service.clock.turn(**jump)
    other = asyncio.create_task(outbox.send_due())
    assert await asyncio.to_thread(shop.asked.acquire, timeout=10)
    shop.may_pay.set()
    await asyncio.gather(sending, other)
    assert refunded(shop, offered) == before + amount
    assert (await service.get(path, "desk")).json()["proposal"]["state"] == "issued"
