"""A yes to an offered refund: judged again, bound to order and amount, and never more than one yes."""

import asyncio
import dataclasses
from datetime import timedelta

import pytest

from agent.assemble import Agent
from agent.clock import always
from agent.decision import Flag
from agent.models.protocol import Draft
from agent.models.scripted import ScriptedModel
from agent.taxonomy import NextAction
from agent.thread import Offer, ThreadStatus
from agent.ticket import Ticket
from tests.agent.conversations import Conversation
from tools.demo_shop.seed import SHOP_DAY
from tools.records import Order
from tools.shop import ShopUnavailable

CLAIM = "I want my money back for A-10234"
CALLS = ["look_up_order", "check_refund_eligibility"]


class OtherShop:
    """Answers with another version of the orders, or not at all."""

    def __init__(self, agent: Agent, **changed: object) -> None:
        self._shop, self._changed = agent.shop, changed

    def order(self, order_id: str) -> Order | None:
        if not self._changed:
            raise ShopUnavailable("down", "Start it.")
        order = self._shop.order(order_id)
        return order and order.model_copy(update=self._changed)

    def close(self) -> None:
        pass


def offered(agent: Agent) -> Conversation:
    conversation = Conversation(agent)
    assert conversation.say(CLAIM).next_action is NextAction.OFFER_REFUND
    return conversation


@pytest.mark.parametrize("yes", ["yes", "yes please", "ok do it", "please go ahead", "yes, refund me please"])
def test_a_yes_confirms_the_offered_refund(agent: Agent, yes: str) -> None:
    conversation = offered(agent)
    decision = conversation.say(yes)
    assert (decision.category, decision.next_action) == ("refund_request", NextAction.REPLY)
    assert [call.name for call in decision.tool_calls] == CALLS
    assert decision.refund is not None
    assert decision.refund.eligible
    assert Flag.REFUND_CONFIRMED in decision.flags
    for said in (
        "54.50 EUR",
        "A-10234",
        "person from our team checks and approves each refund before any money is sent",
    ):
        assert said in decision.reply
    assert conversation.thread is not None
    assert conversation.thread.confirmed == Offer(order_id="A-10234", amount_minor=5450, currency="EUR")


@pytest.mark.parametrize(
    "text",
    [
        "yes but only if it is quick",
        "yes, to another card",
        "no",
        "no thanks",
        "yes? how much is it",
        "ok",
        "thanks",
        "where is my parcel?",
        "A-10234",
        "yes, refund A-10111 too",
    ],
)
def test_nothing_else_does(agent: Agent, text: str) -> None:
    conversation = offered(agent)
    assert Flag.REFUND_CONFIRMED not in conversation.say(text).flags
    assert conversation.thread is not None
    assert conversation.thread.confirmed is None


def test_a_yes_without_an_open_offer_confirms_nothing(agent: Agent) -> None:
    for opening in ("I want my money back", "Where is my order A-10234?", "How do I reset my password?", "hello"):
        conversation = Conversation(agent)
        conversation.say(opening)
        assert Flag.REFUND_CONFIRMED not in conversation.say("yes please").flags
    assert Flag.REFUND_CONFIRMED not in Conversation(agent).say("yes please").flags


def test_after_something_else_a_yes_brings_the_offer_back_first(agent: Agent) -> None:
    conversation = offered(agent)
    assert conversation.say("I forgot my password").category == "account_access"
    again = conversation.say("yes please")
    assert again.next_action is NextAction.OFFER_REFUND
    assert Flag.REFUND_CONFIRMED not in again.flags
    assert Flag.REFUND_CONFIRMED in conversation.say("yes please").flags


def test_a_second_yes_confirms_nothing_new(agent: Agent) -> None:
    conversation = offered(agent)
    conversation.say("yes")
    for text in ("yes", "when do I get my money?", "I want my money back for A-10234", "yes please"):
        decision = conversation.say(text)
        assert decision.next_action is NextAction.REPLY
        assert Flag.REFUND_CONFIRMED not in decision.flags
        assert "still has to check and approve it" in decision.reply
    assert conversation.say("thank you").reply.startswith("You are welcome.")


def test_what_no_longer_qualifies_is_declined(agent: Agent) -> None:
    conversation = offered(agent)
    conversation.agent = dataclasses.replace(agent, today=always(SHOP_DAY + timedelta(days=400)))
    decision = conversation.say("yes please")
    assert decision.next_action is NextAction.DECLINE_REFUND
    assert Flag.REFUND_CONFIRMED not in decision.flags
    conversation.agent = agent
    assert Flag.REFUND_CONFIRMED not in conversation.say("yes please").flags


def test_another_amount_is_offered_anew(agent: Agent) -> None:
    conversation = offered(agent)
    conversation.agent = dataclasses.replace(agent, shop=OtherShop(agent, refunded_minor=1000))
    decision = conversation.say("yes please")
    assert decision.refund is not None
    assert decision.refund.amount_minor < 5450
    assert decision.next_action is NextAction.OFFER_REFUND
    assert Flag.REFUND_CONFIRMED not in decision.flags
    assert Flag.REFUND_CONFIRMED in conversation.say("yes please").flags


def test_a_shop_that_is_down_or_another_customer_confirms_nothing(agent: Agent) -> None:
    conversation = offered(agent)
    conversation.agent = dataclasses.replace(agent, shop=OtherShop(agent))
    decision = conversation.say("yes please")
    assert (decision.next_action, decision.refund) == (NextAction.ESCALATE, None)
    stolen = offered(agent)
    stolen.customer_id = "C-1002"
    decision = stolen.say("yes please")
    assert (decision.refund, decision.order) == (None, None)
    assert Flag.REFUND_CONFIRMED not in decision.flags


def test_a_plain_no_closes_the_offer_politely(agent: Agent) -> None:
    conversation = offered(agent)
    decision = conversation.say("no thanks")
    assert decision.next_action is NextAction.REPLY
    assert Flag.REFUND_UNWANTED in decision.flags
    assert decision.tool_calls == []
    assert conversation.thread is not None
    assert (conversation.thread.offer, conversation.thread.status) == (None, ThreadStatus.ANSWERED)
    assert Flag.REFUND_CONFIRMED not in conversation.say("yes").flags


def test_a_model_can_neither_confirm_nor_add_to_a_confirmation(agent: Agent) -> None:
    offer = offered(agent)
    words = "You have said yes to a refund of 99.00 EUR for order A-10234. The money has been sent."
    lying = ScriptedModel(agent.embedded, on_reply=lambda _: Draft(words))
    offer.agent = dataclasses.replace(agent, model=lying)
    decision = offer.say("yes please")
    assert "99.00" not in decision.reply
    assert Flag.REPAIRED in decision.flags
    alone = asyncio.run(dataclasses.replace(agent, model=lying).run(Ticket.of("yes please", customer_id="C-1001")))[0]
    assert "99.00" not in alone.reply
    assert Flag.REFUND_CONFIRMED not in alone.flags


def test_a_release_without_the_texts_hands_over_instead(agent: Agent) -> None:
    older = dataclasses.replace(
        agent.replies, texts={k: v for k, v in agent.replies.texts.items() if "confirm" not in k}
    )
    conversation = offered(agent)
    conversation.agent = dataclasses.replace(agent, replies=older)
    conversation.agent = dataclasses.replace(conversation.agent, model=ScriptedModel(agent.embedded, on_reply=_silent))
    decision = conversation.say("yes please")
    assert decision.next_action is NextAction.ESCALATE
    assert Flag.REFUND_CONFIRMED not in decision.flags


def _silent(_: object) -> Draft:
    return Draft("")
