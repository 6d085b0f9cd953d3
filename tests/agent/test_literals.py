"""No pattern matches a text that holds none of the words it is said to need."""

import re
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.literals import needed_literals
from agent.signals import PATTERNS, WORDS, filled, signals
from knowledge.examples import load_examples

TABLE = tomllib.loads(PATTERNS.read_text(encoding="utf-8"))
SHARED = TABLE.pop(WORDS)
BY_FLAG = {flag: [filled(one, SHARED) for one in patterns] for flag, patterns in TABLE.items()}
ALL = [pattern for patterns in BY_FLAG.values() for pattern in patterns]


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r"\bspeak to (a|the) manager\b", {"speak to "}),
        (r"(refund|money) now", {"refund", "money"}),
        (r"(refund|money)", {"refund", "money"}),
        (r"(refund|\d+)", None),
        (r"(fire)?work", {"work"}),
        (r"(?:smoke){1,3}", {"smoke"}),
        (r"(?:smoke)*", None),
        (r"(?<!not )burning", {"burning"}),
        (r"\d+", None),
    ],
)
def test_the_words_that_a_pattern_needs(pattern: str, words: set[str] | None) -> None:
    found = needed_literals(pattern)
    assert found == (None if words is None else frozenset(words))


def test_most_patterns_need_a_word() -> None:
    assert sum(needed_literals(pattern) is not None for pattern in ALL) >= 0.9 * len(ALL)


@settings(max_examples=600, deadline=None)
@given(st.data())
def test_whatever_matches_holds_a_needed_word(data: st.DataObject) -> None:
    pattern = data.draw(st.sampled_from(ALL))
    text = data.draw(st.from_regex(re.compile(pattern, re.MULTILINE)))
    words = needed_literals(pattern)
    assert words is None or any(word in text for word in words)


def test_signals_are_what_trying_every_pattern_finds() -> None:
    compiled = {flag: [re.compile(one, re.MULTILINE) for one in patterns] for flag, patterns in BY_FLAG.items()}
    for example in load_examples()[::3]:
        lowered = example.text.lower()
        tried = [flag for flag, patterns in compiled.items() if any(one.search(lowered) for one in patterns)]
        assert [flag.value for flag in signals(example.text)] == tried
