"""What a message is to the question or offer of its thread: found by code, from words as data in answer.toml.

A yes to an offer is worth money, so a whole message must say it and nothing else.
"""

import functools
import re
import tomllib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from agent.signals import filled
from agent.thread import Thread, ThreadStatus
from tools.email_address import address_mentions, without_addresses
from tools.orders import order_id_mentions

WORDS = Path(__file__).with_suffix(".toml")
MOST_PLAIN_WORDS = 16  # of a plain yes, no or thanks
MOST_READ = 600  # characters in which an answer is looked for
FEWEST_OWN_WORDS = 3  # of a message that speaks of one thing: fewer are a short answer
ORDER = "{order}"
_APOSTROPHES = re.compile("['\u2018\u2019`\u00b4]")
_WORD = re.compile(r"\{order\}|\w+|[^\w\s.,!\u2026-]")
_NUMBER = re.compile(r"\d")


class Answer(StrEnum):
    """What a message is to what was said before it."""

    OF_ITS_OWN = "of_its_own"  # says itself what it is about
    VAGUE = "vague"  # says nothing without what went before
    GIVES = "gives"  # holds what was asked for
    CANNOT_SAY = "cannot_say"  # what was asked for can't be given
    CONFIRMS = "confirms"  # a plain yes to an open offer
    RESUMES = "resumes"  # a plain yes, when something else was spoken of since the offer
    DECLINES = "declines"  # a plain no to an open offer
    THANKS = "thanks"  # nothing but thanks, when nothing is open


def answer_of(text: str, thread: Thread | None) -> Answer:
    """Return what the message is; without a thread there is nothing that it could answer."""
    if thread is None:
        return Answer.OF_ITS_OWN
    if gives(text, thread.asked_for):
        return Answer.GIVES
    if thread.offer is not None and _plain(text, "affirming", thread.offer.order_id):
        return Answer.CONFIRMS if thread.status is ThreadStatus.OFFERED else Answer.RESUMES
    if thread.status is ThreadStatus.OFFERED and _plain(text, "declining", None):
        return Answer.DECLINES
    if thread.asked_for and cannot_say(text):
        return Answer.CANNOT_SAY
    nothing_open = thread.status not in {ThreadStatus.OFFERED, ThreadStatus.ASKED}
    if nothing_open and thanks(text):
        return Answer.THANKS
    own = _of_its_own(text) or (nothing_open and _names_a_matter(text))
    return Answer.OF_ITS_OWN if own else Answer.VAGUE


def _names_a_matter(text: str) -> bool:
    """Say whether the one telling word is the name of a matter. To an open question or offer it may be an answer."""
    return any((word,) in _phrases()["naming"] for word in telling_words(text))


def _of_its_own(text: str) -> bool:
    """Say whether the text says what it is about: in two telling words, in a sentence with one, or of a named order."""
    telling, words = telling_words(text), _words(text)
    asks_of_order = bool(order_id_mentions(text)) and any((word,) in _phrases()["asking"] for word in words)
    return asks_of_order or len(telling) > 1 or (len(telling) == 1 and len(words) >= FEWEST_OWN_WORDS)


def gives(text: str, asked_for: Sequence[str]) -> bool:
    """Say whether the text holds any of what was asked for."""
    order = bool({"order_id", "which_order"} & set(asked_for)) and bool(order_id_mentions(text))
    return order or ("email" in asked_for and bool(address_mentions(text)))


def cannot_say(text: str) -> bool:
    """Say whether the customer writes that what was asked for can't be given."""
    lowered = text[:MOST_READ].lower()
    return any(pattern.search(lowered) for pattern in _cannot_say())


def thanks(text: str) -> bool:
    """Say whether the whole message only thanks, acknowledges or takes leave."""
    return _plain(text, "closing", None) or _plain(text, "acknowledging", None)


def turns_away(text: str) -> bool:
    """Say whether the text puts something in the place of what was spoken of."""
    words = _words(text)
    return any(_starts(words[place:], phrase) for place in range(len(words)) for phrase in _phrases()["turning"])


def telling_words(text: str) -> list[str]:
    """Return the words that say what a message is about: no order number, address or date, and no word of every day."""
    table = _phrases()
    names = ("vague", "courtesy", "acknowledging", "closing")
    vague = {word for name in names for phrase in table[name] for word in phrase}
    words = _words(without_addresses(text))
    return [word for word in words if word not in vague and word[0].isalpha() and not _NUMBER.search(word)]


def _plain(text: str, core: str, order_id: str | None) -> bool:
    """Say whether the text is made of phrases alone, at least one of them from `core`."""
    words = _words(re.sub(re.escape(order_id), ORDER, text, flags=re.IGNORECASE) if order_id else text)
    if len(text) > MOST_READ or len(words) > MOST_PLAIN_WORDS:
        return False
    table = _phrases()
    reached = {(0, False)}  # up to which word there are phrases, and whether one of them was from `core`
    for place in range(len(words)):
        for name in (core, "acknowledging", "courtesy"):
            ends = [place + len(phrase) for phrase in table[name] if _starts(words[place:], phrase)]
            reached |= {(end, found or name == core) for at, found in reached if at == place for end in ends}
    return (len(words), True) in reached


def _starts(words: Sequence[str], phrase: tuple[str, ...]) -> bool:
    return tuple(words[: len(phrase)]) == phrase


def _words(text: str) -> list[str]:
    return _WORD.findall(_APOSTROPHES.sub("", text[:MOST_READ].lower()))


@functools.cache
def _phrases() -> Mapping[str, tuple[tuple[str, ...], ...]]:
    table = _table()
    lists = {name: phrases for name, phrases in table.items() if name not in {"words", "cannot_say"}}
    return {name: tuple(tuple(phrase.split()) for phrase in phrases) for name, phrases in lists.items()}


@functools.cache
def _cannot_say() -> tuple[re.Pattern[str], ...]:
    table = _table()
    return tuple(re.compile(filled(one, table["words"]), re.MULTILINE) for one in table["cannot_say"])


def _table() -> dict[str, Any]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))
