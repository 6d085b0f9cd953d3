"""The forms of the published reply texts: each sentence, with what each of its blanks may hold and nothing more.

A blank that could hold anything would let a promise through in the middle of a published sentence.
"""

import functools
import re
from collections.abc import Iterable, Mapping, Sequence

from agent.replies import load_replies
from agent.taxonomy import TAXONOMY, Team
from evals.checks.words import articles
from tools.orders import ORDER_ID_FORM

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_BLANK = re.compile(r"\$\{?(\w+)\}?")
_QUOTED = re.compile(r"\$\{?(?:quote|aside)\b\}?")
_BY_ENDING = {
    "_on": r"\d{4}-\d{2}-\d{2}",
    "_day": r"\d{4}-\d{2}-\d{2}",
    "_amount": r"[\d.]+ [A-Z]{3}",
    "order_id": r"[A-Z\d-]{3,32}",
    "rule_id": r"[A-Z\d-]{3,32}",
}


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a text, split at sentence ends and line breaks."""
    return [sentence.strip() for sentence in _SENTENCE_END.split(text) if sentence.strip()]


@functools.cache
def published_forms(version: str) -> Sequence[re.Pattern[str]]:
    """Return the forms of all sentences of a version of the reply texts; none for a version that is not there."""
    try:
        texts = load_replies(version).texts
    except OSError:
        return ()
    blanks = _blanks()
    sentences = {
        sentence
        for paragraphs in texts.values()
        for paragraph in paragraphs
        for sentence in sentences_of(_QUOTED.sub("\n", paragraph.removeprefix("? ")))
    }
    return [_form(sentence, blanks) for sentence in sorted(sentences)]


def _form(sentence: str, blanks: Mapping[str, str]) -> re.Pattern[str]:
    """Return the pattern of a sentence; `split` yields words and names of blanks in turn."""
    pieces = _BLANK.split(sentence)
    return re.compile(
        "".join(re.escape(one) if place % 2 == 0 else _held(one, blanks) for place, one in enumerate(pieces))
    )


def _held(blank: str, blanks: Mapping[str, str]) -> str:
    by_ending = next((form for ending, form in _BY_ENDING.items() if blank.endswith(ending)), None)
    return blanks.get(blank) or by_ending or "(?!)"  # an unknown blank matches nothing, so that it is noticed


def _blanks() -> dict[str, str]:
    phrase = _any(category.phrase for category in TAXONOMY.values())
    title = _any(policy.title for policy in articles().values())
    return {
        "order_form": re.escape(ORDER_ID_FORM),
        "team": _any(Team),
        "topics": f"{phrase}(?:(?:, | and ){phrase})*",
        "reading_1": phrase,
        "reading_2": phrase,
        "quote_article": title,
        "aside_article": title,
    }


def _any(words: Iterable[str]) -> str:
    return f"(?:{'|'.join(re.escape(word) for word in words)})"
