"""Whole conversations: the thread holds its subject, its question and its offer from one message to the next."""

import json

import pytest
from pydantic import ValidationError

from agent.assemble import Agent
from agent.decision import Flag
from agent.taxonomy import TAXONOMY, NextAction
from agent.thread import Subject, Thread, ThreadStatus, thread_after
from agent.ticket import Ticket
from agent.trace import Trace
from tests.agent.conversations import Conversation

VAGUE = (
    "ok",
    "and when?",
    "please hurry",
    "hello?",
    "thanks",
    "any news?",
    "so what now?",
    "how long will it take?",
    "are you there?",
    "I'm still waiting",
    "can you please hurry up",
    "when will I get it?",
    "yes",
    "no",
    "great, thank you",
    "I need it by Friday",
    "???",
)
OPENINGS = (
    ("Where is my order A-10234?", "order_shipping"),
    ("I want my money back for A-10234", "refund_request"),
    ("I want my money back", "refund_request"),
    ("How do I reset my password?", "account_access"),
    ("I was charged twice", "payment_billing"),
    ("How do I return something?", "return_exchange"),
    ("Please cancel my order", "cancellation"),
    ("How do I stop the newsletter?", "subscription"),
)


@pytest.mark.parametrize(("opening", "category"), OPENINGS)
def test_vague_messages_never_change_what_a_thread_is_about(agent: Agent, opening: str, category: str) -> None:
    conversation = Conversation(agent)
    conversation.say(opening)
    decisions = [conversation.say(text) for text in VAGUE]
    flips = sum(before != after for before, after in zip(conversation.topics, conversation.topics[1:], strict=False))
    assert flips == 0
    assert {decision.category for decision in decisions} == {category}
    assert not [one for one in decisions if one.language != "en"]


SWITCHES = (
    ("I want my money back", "Actually, where is my parcel?", "order_shipping"),
    ("Where is my order A-10234?", "I forgot my password", "account_access"),
    ("Where is my order A-10234?", "ok, refund please", "refund_request"),
    ("How do I reset my password?", "and the invoice?", "payment_billing"),
    ("How do I reset my password?", "I was charged twice", "payment_billing"),
    ("I was charged twice", "how do I return something?", "return_exchange"),
    ("How do I return something?", "cancel my order", "cancellation"),
    ("Please cancel my order", "do you accept PayPal?", "payment_billing"),
)


@pytest.mark.parametrize(("opening", "other", "category"), SWITCHES)
def test_a_clear_message_of_its_own_does(agent: Agent, opening: str, other: str, category: str) -> None:
    conversation = Conversation(agent)
    conversation.say(opening)
    assert conversation.say(other).category == category
    assert conversation.kept == [False, False]


@pytest.mark.parametrize(("opening", "category"), OPENINGS)
def test_an_order_that_is_asked_about_is_a_matter_of_its_own_and_a_bare_number_is_not(
    agent: Agent, opening: str, category: str
) -> None:
    asked, named = Conversation(agent), Conversation(agent)
    for conversation in (asked, named):
        conversation.say(opening)
    if asked.thread is not None and asked.thread.asked_for == ():
        assert asked.say("Where is A-10234?").category == "order_shipping"
    for text in ("A-10234", "it's for A-10234", "A-10234 please"):
        assert named.say(text).category == category


def test_an_unclear_message_does_not(agent: Agent) -> None:
    conversation = Conversation(agent)
    conversation.say("Where is my order A-10234?")
    unsure = conversation.say("the driver said something about a blue van")
    assert unsure.category == "order_shipping"
    assert agent.release.thresholds.switch > agent.release.thresholds.confident


@pytest.mark.parametrize(
    "answer",
    [
        "it's A-10234",
        "A-10234",
        "a10234 please",
        "yes, A-10234, the one from September. that's the charge",
        "It's on the slip: A-10234. Red please!",
        "it's A-10234 and I also want to change my address",
        "I ordered it for my mother, the number is A-10234 I think",
    ],
)
def test_the_answer_to_an_open_question_belongs_to_the_thread(agent: Agent, answer: str) -> None:
    conversation = Conversation(agent)
    asked = conversation.say("I want my money back")
    assert asked.follow_up is not None
    assert asked.follow_up.asks_for == ["order_id"]
    offered = conversation.say(answer)
    assert (offered.category, offered.next_action) == ("refund_request", NextAction.OFFER_REFUND)
    assert [call.name for call in offered.tool_calls] == ["look_up_order", "check_refund_eligibility"]
    assert conversation.thread is not None
    assert conversation.thread.status is ThreadStatus.OFFERED


def test_a_question_answered_with_another_one_still_stands(agent: Agent) -> None:
    conversation = Conversation(agent)
    conversation.say("I want my money back")
    assert conversation.say("how do I reset my password?").category == "account_access"
    assert conversation.say("thank you").next_action is NextAction.REPLY
    offered = conversation.say("ok, it's A-10234")
    assert (offered.category, offered.next_action) == ("refund_request", NextAction.OFFER_REFUND)


def test_an_answer_that_turns_away_is_heard(agent: Agent) -> None:
    conversation = Conversation(agent)
    conversation.say("I want my money back")
    assert conversation.say("A-10234, but please cancel it instead").category == "cancellation"


@pytest.mark.parametrize("answer", ["I don't have it", "no idea", "I can't find the confirmation e-mail", "don't know"])
def test_who_cannot_say_is_not_asked_again(agent: Agent, answer: str) -> None:
    conversation = Conversation(agent)
    conversation.say("I want my money back")
    decision = conversation.say(answer)
    assert decision.escalation is not None
    assert (decision.category, decision.escalation.reason) == ("refund_request", "cannot_say")
    for text in ("hello?", "thanks", "and now?", "please hurry"):
        assert conversation.say(text).follow_up is None, text


@pytest.mark.parametrize(
    "answers",
    [
        ["hello?"] * 6,
        ["A-99999", "A-88888", "A-77777", "A-66666"],
        ["the blue one", "from last week", "please", "hm"],
        ["A-99999", "A-10234 and A-10111", "A-99999", "A-10234 and A-10111", "A-99998", "both", "both"],
        [
            "how do I reset my password?",
            "hello?",
            "I want my money back",
            "I want my money back",
            "I want my money back",
        ],
    ],
)
def test_nothing_is_asked_more_than_twice(agent: Agent, answers: list[str]) -> None:
    conversation = Conversation(agent)
    decisions = [conversation.say(text) for text in ("I want my money back", *answers)]
    asked = [tuple(one.follow_up.asks_for) for one in decisions if one.follow_up is not None]
    assert asked
    assert max(asked.count(question) for question in asked) == 2
    assert "asked_twice" in [one.escalation.reason for one in decisions if one.escalation is not None]


def test_an_unclear_request_is_not_asked_about_forever(agent: Agent) -> None:
    conversation = Conversation(agent)
    decisions = [conversation.say("the lid and the hinge") for _ in range(4)]
    assert [one.next_action for one in decisions[:2]] == [NextAction.ASK_FOLLOW_UP] * 2
    assert decisions[2].next_action is NextAction.ESCALATE


def test_a_guess_is_replaced_by_what_the_customer_says_then(agent: Agent) -> None:
    conversation = Conversation(agent)
    assert conversation.say("hello").next_action is not NextAction.REPLY
    assert conversation.say("my parcel is late").category == "order_shipping"
    assert conversation.say("A-10234").category == "order_shipping"


@pytest.mark.parametrize(
    "text", ["thanks", "Thank you so much!", "great, thanks for your help", "ok", "perfect, that's all"]
)
def test_thanks_after_an_answer_are_answered_as_thanks(agent: Agent, text: str) -> None:
    conversation = Conversation(agent)
    conversation.say("How do I reset my password?")
    decision = conversation.say(text)
    assert (decision.category, decision.next_action) == ("account_access", NextAction.REPLY)
    assert decision.reply.startswith("You are welcome.")
    assert decision.tool_calls == []
    assert decision.citations == []


def test_praise_and_refusals_do_not_replace_what_was_spoken_of(agent: Agent) -> None:
    conversation = Conversation(agent)
    conversation.say("Where is my order A-10234?")
    assert conversation.say("Tell me a joke about robots").next_action is NextAction.REFUSE
    assert conversation.say("and when?").category == "order_shipping"


def test_who_names_an_order_after_a_general_question_wants_it_looked_up(agent: Agent) -> None:
    conversation = Conversation(agent)
    assert conversation.say("How long do refunds take?").tool_calls == []
    assert [call.name for call in conversation.say("it's A-10234").tool_calls] == [
        "look_up_order",
        "check_refund_eligibility",
    ]


def test_a_follow_up_is_searched_with_what_it_follows_on(agent: Agent) -> None:
    conversation = Conversation(agent)
    first = conversation.say("How do I reset my password?")
    again = conversation.say("and how long will it take?")
    assert again.next_action is NextAction.REPLY
    assert {one.policy_id for one in again.citations} <= {one.policy_id for one in first.citations}


def test_danger_and_a_wish_for_a_person_come_before_the_thread(agent: Agent) -> None:
    conversation = Conversation(agent)
    conversation.say("I want my money back")
    decision = conversation.say("I don't have it, let me talk to a human")
    assert decision.escalation is not None
    assert decision.escalation.reason == "wants_human"


def test_a_foreign_follow_up_is_still_noticed(agent: Agent) -> None:
    conversation = Conversation(agent)
    conversation.say("I want my money back")
    decision = conversation.say("Ich habe leider keine Bestellnummer gefunden, was soll ich jetzt machen?")
    assert Flag.LANGUAGE_UNSUPPORTED in decision.flags


def test_without_a_thread_every_message_is_taken_by_itself(agent: Agent) -> None:
    alone, empty = Conversation(agent), Conversation(agent)
    for text in ("I want my money back", "it's A-10234", "I don't have it"):
        alone.thread = None
        alone.say(text)
        assert alone.kept[-1] is False
    empty.say("yes please")
    assert empty.kept == [False]


def test_a_thread_is_plain_json_and_closed(agent: Agent) -> None:
    conversation = Conversation(agent)
    conversation.say("I want my money back for A-10234")
    assert conversation.thread is not None
    stored = json.loads(conversation.thread.model_dump_json())
    assert stored["offer"] == {"order_id": "A-10234", "amount_minor": 5450, "currency": "EUR"}
    with pytest.raises(ValidationError):
        Thread.model_validate_json(json.dumps({**stored, "refund_approved": True}))
    category, other = list(TAXONOMY)[:2]
    with pytest.raises(ValidationError):
        Subject(category=category, topic=next(iter(TAXONOMY[other].topics)), confidence=1.0)


def test_a_trace_without_a_classification_gives_no_thread(agent: Agent) -> None:
    ticket = Ticket.of("hello")
    decision = Conversation(agent).say("hello")
    trace = Trace(trace_id="t", ticket_id="t", release="r", prompt_hashes={}, events=())
    with pytest.raises(ValueError, match="does not tell"):
        thread_after(ticket, decision, trace)
