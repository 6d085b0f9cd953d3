"""What a message is to the question or offer before it: yes and no are plain or are not, and words tell or do not."""

import re
import tomllib

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from agent.answer import WORDS, Answer, answer_of, cannot_say, telling_words
from agent.thread import Offer, Subject, Thread, ThreadStatus

CLAIM = Subject(category="refund_request", topic="claim", confidence=0.99)
OFFER = Offer(order_id="A-10234", amount_minor=5450, currency="EUR")
OFFERED = Thread(about=CLAIM, pending=CLAIM, status=ThreadStatus.OFFERED, offer=OFFER)
ASKED = Thread(about=CLAIM, pending=CLAIM, status=ThreadStatus.ASKED, asked_for=("order_id",), asked=("order_id",))
ANSWERED = Thread(about=CLAIM, status=ThreadStatus.ANSWERED)

TABLE = tomllib.loads(WORDS.read_text(encoding="utf-8"))
ALLOWED = {
    word for name in ("affirming", "acknowledging", "courtesy") for phrase in TABLE[name] for word in phrase.split()
}

YES = [
    "yes",
    "Yes please",
    "YES PLEASE!!!",
    "yes, thank you",
    "Yes.\nThanks a lot!",
    "ok do it",
    "Okay, go ahead.",
    "please go ahead",
    "yes, refund me please",
    "yep",
    "yeah sure",
    "Sure, please do.",
    "of course",
    "I accept",
    "I agree, thank you",
    "yes, I'd like that",
    "Yes I want the refund",
    "yes i would like the refund please",
    "yes, please refund A-10234",
    "Yes, refund order A-10234 please",
    "great, yes please",
    "absolutely, thanks",
    "yes yes yes",
    "Let's do it",
    "Hello, yes please go ahead with the refund",
    "confirmed",
    "yes 👍",
]
NOT_YES = [
    "yes but only half of it",
    "yes, to another card",
    "yes, but to my PayPal",
    "no",
    "no thanks",
    "yes? how much is it",
    "yes?",
    "yes please?",
    "is it yes or no that I have to write",
    "ok",
    "okay thanks",
    "great",
    "please",
    "thanks",
    "yes and cancel my other order",
    "yes, and when does the money come",
    "yes, refund A-10235",
    "yes if it is 60 euros",
    "yes no",
    "not yes",
    "I said yes to the driver",
    "don't do it",
    "yes I have a question",
    "maybe",
    "yes, 100 EUR",
    "go ahead and cancel it",
    "where is my parcel",
    'someone wrote "yes"',
    "> If you would like this refund, answer yes",
    "Ja bitte",
    "y\u0435s",  # with a Cyrillic e
    "yes later",
    "I would say yes, let me think",
    "k",
    "👍",
    "yes my name is Jo",
    "I agree that it is bad",
    "sure?",
    "",
]


@pytest.mark.parametrize("text", YES)
def test_a_plain_yes_confirms_an_open_offer_and_nothing_else(text: str) -> None:
    assert answer_of(text, OFFERED) is Answer.CONFIRMS
    for thread in (None, ASKED, ANSWERED, OFFERED.model_copy(update={"status": ThreadStatus.ANSWERED})):
        assert answer_of(text, thread) is not Answer.CONFIRMS


@pytest.mark.parametrize("text", NOT_YES)
def test_whatever_is_not_a_plain_yes_does_not_confirm(text: str) -> None:
    assert answer_of(text, OFFERED) is not Answer.CONFIRMS


@given(st.sampled_from(YES), st.text(min_size=1, max_size=40), st.booleans())
def test_anything_beyond_the_allowed_words_is_no_confirmation(yes: str, more: str, before: bool) -> None:
    words = re.findall(r"\w+|[^\w\s.,!\u2026-]", re.sub("['\u2018\u2019`\u00b4]", "", more.lower()))
    assume(any(word not in ALLOWED for word in words))
    assert answer_of(f"{more} {yes}" if before else f"{yes} {more}", OFFERED) is not Answer.CONFIRMS


@given(st.one_of(st.sampled_from(YES), st.text(max_size=80)))
def test_no_message_confirms_without_an_open_offer(text: str) -> None:
    for thread in (None, ASKED, ANSWERED, OFFERED.model_copy(update={"status": ThreadStatus.HANDED_OVER})):
        assert answer_of(text, thread) is not Answer.CONFIRMS


def test_what_stands_far_behind_a_yes_is_read_too() -> None:
    for gap in (" ", "\n", ".", "!"):
        assert answer_of(f"yes{gap * 700}but no", OFFERED) is not Answer.CONFIRMS


def test_no_phrase_says_both_yes_and_no() -> None:
    yes, no = set(TABLE["affirming"]), set(TABLE["declining"])
    denying = {"no", "not", "dont", "never", "but", "if", "cancel", "wait"}
    assert not yes & no
    assert not [phrase for phrase in yes if denying & set(phrase.split())]
    assert (
        not {word for name in ("acknowledging", "courtesy") for phrase in TABLE[name] for word in phrase.split()}
        & denying
    )


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "No thanks",
        "no, thank you!",
        "Nope",
        "I don't want it, thanks",
        "not interested",
        "no I'll keep it",
        "never mind",
    ],
)
def test_a_plain_no_declines_an_open_offer(text: str) -> None:
    assert answer_of(text, OFFERED) is Answer.DECLINES
    assert answer_of(text, ANSWERED) is not Answer.DECLINES


@pytest.mark.parametrize(
    "text", ["no, I want more", "no thanks, send me a new one", "no?", "not yet sure", "no where is it"]
)
def test_a_no_with_something_else_does_not_close_the_offer(text: str) -> None:
    assert answer_of(text, OFFERED) is not Answer.DECLINES


CANNOT_SAY = [
    "I don't have it",
    "i dont have it",
    "no idea",
    "I have no idea, sorry",
    "I can't find it",
    "I cannot find the order number",
    "I couldn't find it anywhere",
    "I don't know",
    "I don't know the order number",
    "don't know it",
    "I do not remember it anymore",
    "I lost the confirmation e-mail",
    "I deleted the mail",
    "I never got a confirmation",
    "I don't have any number",
    "there is no order number",
    "I have no order number",
    "I forgot the number",
    "not sure",
    "I'm not sure which email I used",
    "I no longer have it",
    "I haven't got it",
    "dunno",
    "idk",
    "don't remember",
    "I can't remember which e-mail address I used",
    "no clue",
    "I don't have the number with me",
    "I don't have access to my mails. no access to my inbox either",
    "I am unable to find it",
    "I threw away the receipt",
    "I don\u2019t know what it is",
    "Sorry but I really don't have an order number, I paid in the shop",
    "none",
    "I have not kept the confirmation",
    "I didn't get an order number",
    "I can't give you the number",
    "no number here",
    "It's not in my inbox",
    "wasn't able to find it",
    "I don't know where to find it",
    "I did not receive any email",
]
CAN_SAY = [
    "it's A-10234",
    "one moment",
    "I don't know where my parcel is",
    "I can't find my parcel",
    "I don't have time for this",
    "I never got my lamp",
    "hello?",
    "please hurry",
    "I don't want it any more",
    "the blue kettle from last week",
    "I did not order this",
    "I can't use it",
    "I lost my patience",
    "I have the number somewhere, wait",
    "where do I find it?",
    "what number?",
]


@pytest.mark.parametrize("text", CANNOT_SAY)
def test_that_it_cannot_be_said_is_understood_in_many_wordings(text: str) -> None:
    assert cannot_say(text)
    assert answer_of(text, ASKED) is Answer.CANNOT_SAY
    assert answer_of(text, ANSWERED) is not Answer.CANNOT_SAY


@pytest.mark.parametrize("text", CAN_SAY)
def test_other_messages_do_not_say_that_it_cannot_be_said(text: str) -> None:
    assert answer_of(text, ASKED) is not Answer.CANNOT_SAY


def test_what_was_asked_for_is_recognised_among_other_words() -> None:
    both = ASKED.model_copy(update={"asked_for": ("order_id", "email")})
    assert answer_of("I can't find the mail but it is A-10234", ASKED) is Answer.GIVES
    assert answer_of("jo@example.com", both) is Answer.GIVES
    assert answer_of("a10234", both) is Answer.GIVES
    assert answer_of("jo@example.com", ASKED) is not Answer.GIVES


VAGUE = [
    "ok",
    "and when?",
    "please hurry",
    "hello?",
    "thanks",
    "any news?",
    "any update on this?",
    "so what now?",
    "how long will it take?",
    "are you there?",
    "I'm still waiting",
    "when will I get it?",
    "the red one please",
    "I need it by Friday",
    "A-10234",
    "it's A-10234",
    "around 3 May",
    "I already told you",
]


@pytest.mark.parametrize("text", VAGUE)
def test_words_of_every_day_tell_nothing(text: str) -> None:
    assert telling_words(text) == []
    assert answer_of(text, ANSWERED) in {Answer.VAGUE, Answer.THANKS}


@pytest.mark.parametrize(
    "text", ["cancel my order", "where is my parcel?", "I forgot my password", "I was charged twice", "I want a refund"]
)
def test_a_request_stands_by_itself(text: str) -> None:
    assert answer_of(text, ANSWERED) is Answer.OF_ITS_OWN


@pytest.mark.parametrize("text", ["refund please", "return", "ok, password", "invoice?"])
def test_the_name_of_a_matter_is_enough_where_nothing_is_open(text: str) -> None:
    assert answer_of(text, ANSWERED) is Answer.OF_ITS_OWN
    assert answer_of(text, ASKED) is Answer.VAGUE
    assert answer_of(text, OFFERED) is not Answer.OF_ITS_OWN


def test_thanks_end_a_matter_only_when_nothing_is_open() -> None:
    for text in ("thanks", "Great, thank you so much for your help!", "ok", "got it, bye"):
        assert answer_of(text, ANSWERED) is Answer.THANKS
        assert answer_of(text, ASKED) is Answer.VAGUE
        assert answer_of(text, OFFERED) is Answer.VAGUE


@pytest.mark.timeout(10)
@settings(deadline=None)  # the timeout is the bound: a busy machine may hold any one of them up
@given(st.sampled_from(["no ", "don't ", "not in my ", "yes ", "@", "a@", "order number ", "can't find the "]))
def test_long_messages_take_no_longer(piece: str) -> None:
    for thread in (OFFERED, ASKED, ANSWERED):
        answer_of(piece * 10_000, thread)
