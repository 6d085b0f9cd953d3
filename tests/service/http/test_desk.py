"""The desk: cases in order, what people do with them, and refunds that are paid once and only on approval."""

import asyncio
import dataclasses

import pytest

from agent.assemble import Agent
from tests.service.running import Running
from tools.demo_shop.seed import seeded_orders
from tools.demo_shop.store import DemoShop
from tools.records import Order, Refund
from tools.shop import ShopUnavailable

OURS = "C-1001"
SEEDED = {order.order_id: order for order in seeded_orders()}
HUMAN = "I want to speak to a human being"
DANGER = "The kettle I bought caught fire and my hand is burnt"


@pytest.fixture
def serving_agent(agent: Agent, shop: DemoShop) -> Agent:
    """The agent over a shop that refunds may change."""
    return dataclasses.replace(agent, shop=shop)


async def offer(service: Running, order_id: str) -> tuple[dict, dict]:
    """Return the Decision that offers a refund, and its case."""
    decision = await service.say(f"I want my money back for {order_id}", customer_id=OURS)
    assert decision["next_action"] == "offer_refund"
    (case,) = (await service.get("/v1/desk/cases?state=waiting", "desk")).json()["cases"]
    return decision, case


def refunded(shop: DemoShop, order_id: str) -> int:
    """Return what was refunded of an order since it was seeded."""
    order = shop.order(order_id)
    assert order is not None
    return order.refunded_minor - SEEDED[order_id].refunded_minor


async def test_an_escalation_opens_one_case_with_everything_found(service: Running) -> None:
    first = await service.say(HUMAN, customer_id=OURS)
    await service.say("hello? anybody there?", conversation_id=first["conversation_id"])
    (listed,) = (await service.get("/v1/desk/cases", "desk")).json()["cases"]
    assert listed["ticket_id"] == first["ticket_id"]
    seen = (await service.get(f"/v1/desk/cases/{listed['case_id']}", "desk")).json()
    assert seen["facts"]["decision"] == first
    assert [message["role"] for message in seen["messages"]] == ["customer", "agent", "customer", "agent"]


async def test_the_most_urgent_comes_first_and_then_the_oldest(service: Running) -> None:
    for message in (HUMAN, DANGER, HUMAN):
        await service.say(message, customer_id=OURS)
        service.clock.turn(seconds=1)
    listed = (await service.get("/v1/desk/cases", "desk")).json()["cases"]
    assert listed[0]["priority"] == "urgent"
    assert listed[1]["created_at"] < listed[2]["created_at"]
    pages, after = [], ""
    while True:
        page = (await service.get(f"/v1/desk/cases?most=1{after}", "desk")).json()
        pages += page["cases"]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert pages == listed


async def test_words_of_danger_move_a_case_up_that_a_person_holds(service: Running) -> None:
    first = await service.say(HUMAN, customer_id=OURS)
    await service.say(DANGER, conversation_id=first["conversation_id"])
    (listed,) = (await service.get("/v1/desk/cases", "desk")).json()["cases"]
    assert listed["priority"] == "urgent"


async def test_a_person_answers_corrects_and_hands_back(service: Running) -> None:
    first = await service.say(HUMAN, customer_id=OURS)
    (listed,) = (await service.get("/v1/desk/cases", "desk")).json()["cases"]
    path = f"/v1/desk/cases/{listed['case_id']}"
    answered = await service.post(f"{path}/reply", {"text": "Good morning."}, "desk")
    assert answered.json()["messages"][-1]["role"] == "person"
    corrected = (await service.post(f"{path}/correct", {"priority": "high"}, "desk")).json()
    assert corrected["priority"] == "high"
    assert corrected["corrections"][0]["before"] == listed["priority"]
    assert (await service.post(f"{path}/correct", {"category": "nonsense"}, "desk")).status_code == 422
    closed = (await service.post(f"{path}/hand-back", {}, "desk")).json()
    assert closed["state"] == "closed"
    again = await service.say("Where is my order A-10234?", conversation_id=first["conversation_id"])
    assert again["order"]["order_id"] == "A-10234"


async def test_a_refund_is_paid_on_approval_and_once(service: Running, shop: DemoShop, offered: str) -> None:
    decision, case = await offer(service, offered)
    assert refunded(shop, offered) == 0
    await service.say("yes please", conversation_id=decision["conversation_id"])
    assert refunded(shop, offered) == 0
    (confirmed,) = (await service.get("/v1/desk/cases", "desk")).json()["cases"]
    assert confirmed["proposal"]["state"] == "confirmed"
    path = f"/v1/desk/cases/{case['case_id']}/approve"
    answers = await asyncio.gather(*(service.post(path, {}, "desk") for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    await service.parts.outbox.send_due()
    assert refunded(shop, offered) == decision["refund"]["amount_minor"]
    seen = (await service.get(f"/v1/desk/cases/{case['case_id']}", "desk")).json()
    assert seen["state"] == "closed"
    assert seen["proposal"]["state"] == "issued"
    assert seen["proposal"]["refund_id"]


async def test_the_same_approval_with_a_key_gets_its_answer_again(
    service: Running, shop: DemoShop, offered: str
) -> None:
    _, case = await offer(service, offered)
    path = f"/v1/desk/cases/{case['case_id']}/approve"
    first = await service.post(path, {}, "desk", Idempotency_Key="a")
    again = await service.post(path, {}, "desk", Idempotency_Key="a")
    assert first.status_code == again.status_code == 200
    assert first.content == again.content


async def test_what_no_longer_qualifies_is_refused_and_not_paid(service: Running, shop: DemoShop, offered: str) -> None:
    decision, case = await offer(service, offered)
    refund = decision["refund"]
    shop.refund(offered, refund["amount_minor"], refund["currency"], "by-somebody-else")
    answer = await service.post(f"/v1/desk/cases/{case['case_id']}/approve", {}, "desk")
    assert answer.status_code == 200
    assert answer.json()["proposal"]["state"] == "refused"
    assert refunded(shop, offered) == refund["amount_minor"]


async def test_a_declined_refund_is_never_paid(service: Running, shop: DemoShop, offered: str) -> None:
    _, case = await offer(service, offered)
    path = f"/v1/desk/cases/{case['case_id']}"
    declined = await service.post(f"{path}/decline", {"reason": "Not as described."}, "desk")
    assert declined.json()["proposal"]["state"] == "declined"
    assert (await service.post(f"{path}/approve", {}, "desk")).status_code == 409
    assert refunded(shop, offered) == 0


async def test_a_new_offer_withdraws_the_old_one(service: Running, offered: str) -> None:
    decision, case = await offer(service, offered)
    text = f"Please, I really want my money back for my order {offered}"
    again = await service.say(text, conversation_id=decision["conversation_id"])
    if again["next_action"] == "offer_refund":
        old = (await service.get(f"/v1/desk/cases/{case['case_id']}", "desk")).json()
        assert old["proposal"]["state"] == "withdrawn"
        assert (await service.post(f"/v1/desk/cases/{case['case_id']}/approve", {}, "desk")).status_code == 409


@dataclasses.dataclass
class Unanswering:
    """A shop that pays and does not say so, once."""

    beneath: DemoShop
    silent: int = 1

    def order(self, order_id: str) -> Order | None:
        return self.beneath.order(order_id)

    def belongs_to(self, order_id: str, email: str) -> bool:
        return self.beneath.belongs_to(order_id, email)

    def refund(
        self, order_id: str, amount_minor: int, currency: str, key: str, *, seen_refunded_minor: int | None = None
    ) -> Refund:
        paid = self.beneath.refund(order_id, amount_minor, currency, key, seen_refunded_minor=seen_refunded_minor)
        if self.silent:
            self.silent -= 1
            raise ShopUnavailable("no answer", "")
        return paid

    def find_refund(self, order_id: str, key: str) -> Refund | None:
        return self.beneath.find_refund(order_id, key)

    def close(self) -> None:
        pass


async def test_a_lost_answer_of_the_shop_is_asked_for_again_and_paid_once(
    service: Running, shop: DemoShop, offered: str
) -> None:
    decision, case = await offer(service, offered)
    outbox = dataclasses.replace(service.parts.outbox, shop=Unanswering(shop))
    service.app.state.parts = dataclasses.replace(service.parts, outbox=outbox)
    answer = await service.post(f"/v1/desk/cases/{case['case_id']}/approve", {}, "desk")
    await outbox.send_due()
    assert answer.json()["proposal"]["state"] == "approved"
    service.clock.turn(minutes=1)
    await outbox.send_due()
    seen = (await service.get(f"/v1/desk/cases/{case['case_id']}", "desk")).json()
    assert seen["proposal"]["state"] == "issued"
    assert refunded(shop, offered) == decision["refund"]["amount_minor"]


async def test_a_ticket_without_a_conversation_waits_for_a_person_at_once(service: Running, offered: str) -> None:
    body = {"text": f"I want my money back for {offered}", "customer_id": OURS}
    assert (await service.post("/v1/triage", body)).json()["next_action"] == "offer_refund"
    (case,) = (await service.get("/v1/desk/cases", "desk")).json()["cases"]
    assert case["kind"] == "refund"


async def test_a_refund_whose_case_was_handed_back_is_not_approved_any_more(
    service: Running, shop: DemoShop, offered: str
) -> None:
    _, case = await offer(service, offered)
    path = f"/v1/desk/cases/{case['case_id']}"
    assert (await service.post(f"{path}/hand-back", {}, "desk")).json()["proposal"]["state"] == "withdrawn"
    assert (await service.post(f"{path}/approve", {}, "desk")).status_code == 409
    assert refunded(shop, offered) == 0
