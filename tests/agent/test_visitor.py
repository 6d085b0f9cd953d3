"""Who is not signed in proves an order by its e-mail address before anything is said of it."""

from agent.assemble import Agent
from agent.decision import Flag
from agent.taxonomy import NextAction
from tests.agent.conversations import Conversation


def visitor(agent: Agent) -> Conversation:
    return Conversation(agent, customer_id=None, visitor=True)


def asks_for(conversation: Conversation, text: str, proved: str | None = None) -> list[str] | None:
    follow_up = conversation.say(text, proved).follow_up
    return follow_up.asks_for if follow_up else None


def test_both_are_asked_for_at_once_and_then_what_is_missing(agent: Agent) -> None:
    conversation = visitor(agent)
    assert asks_for(conversation, "I want my money back") == ["order_id", "email"]
    assert asks_for(conversation, "A-10234") == ["email"]
    offered = conversation.say("jo@example.com", "A-10234")
    assert offered.next_action is NextAction.OFFER_REFUND
    assert Flag.REFUND_CONFIRMED in conversation.say("yes please", "A-10234").flags


def test_both_in_one_message(agent: Agent) -> None:
    conversation = visitor(agent)
    assert asks_for(conversation, "Where is my order?") == ["order_id", "email"]
    answered = conversation.say("it's A-10234 and jo.miller@example.com", "A-10234")
    assert (answered.category, answered.order is not None) == ("order_shipping", True)


def test_an_order_named_at_once_is_not_asked_for(agent: Agent) -> None:
    assert asks_for(visitor(agent), "I want my money back for A-10234") == ["email"]
    assert asks_for(visitor(agent), "I want my money back for A-99999") == ["email"]


def test_nothing_is_looked_up_before_it_is_proved_and_real_and_unreal_orders_are_answered_alike(agent: Agent) -> None:
    real, unreal = (visitor(agent).say(f"Where is {order}?") for order in ("A-10234", "A-99999"))
    assert real.tool_calls == unreal.tool_calls == []
    assert real.reply == unreal.reply


def test_another_order_than_the_proved_one_is_not_shown(agent: Agent) -> None:
    conversation = visitor(agent)
    assert conversation.say("Where is A-10234?", "A-10234").order is not None
    assert asks_for(conversation, "Where is my order A-10235?", "A-10234") == ["email"]


def test_the_proved_order_is_meant_where_none_is_named(agent: Agent) -> None:
    assert visitor(agent).say("Where is my parcel?", "A-10234").order is not None


def test_a_wrong_address_is_asked_for_once_more_and_then_a_person_takes_over(agent: Agent) -> None:
    conversation = visitor(agent)
    assert asks_for(conversation, "Where is A-10234?") == ["email"]
    assert asks_for(conversation, "jo@exmaple.com") == ["email"]
    decision = conversation.say("jo@exampel.com")
    assert decision.escalation is not None
    assert decision.escalation.reason == "asked_twice"


def test_who_does_not_know_the_address_is_handed_over(agent: Agent) -> None:
    conversation = visitor(agent)
    conversation.say("Where is A-10234?")
    decision = conversation.say("I don't remember which email I used")
    assert decision.escalation is not None
    assert decision.escalation.reason == "cannot_say"


def test_a_confirmation_needs_the_proof_too(agent: Agent) -> None:
    conversation = visitor(agent)
    conversation.say("I want my money back for A-10234", "A-10234")
    decision = conversation.say("yes please")
    assert decision.follow_up is not None
    assert decision.follow_up.asks_for == ["email"]
    assert Flag.REFUND_CONFIRMED not in decision.flags


def test_questions_of_policy_need_no_proof(agent: Agent) -> None:
    assert visitor(agent).say("Which ways to pay do you accept?").next_action is NextAction.REPLY


def test_without_the_marker_only_the_order_number_is_asked_for(agent: Agent) -> None:
    assert asks_for(Conversation(agent, customer_id=None), "I want my money back") == ["order_id"]
    signed_in = Conversation(agent, customer_id="C-1001", visitor=True)
    assert asks_for(signed_in, "I want my money back") == ["order_id"]
