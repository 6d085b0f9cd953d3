"""The one rule for text from outside."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.plain_text import MOST_MARKS, is_blank, plain

ANYTHING = st.text(alphabet=st.characters(min_codepoint=0, max_codepoint=0x10FFFF), max_size=300)

TABLE = [
    ("a\x00b\x1b[31mc", "ab[31mc"),
    ("a\ud800b", "ab"),
    ("\u202ereversed\u202c", "reversed"),
    ("ze\u200bro\u2060", "zero"),
    ("tag\U000e0041", "tag"),
    ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
    ("e\u0301", "\u00e9"),
    ("z" + "\u0300" * 50, unicodedata.normalize("NFC", "z" + "\u0300" * MOST_MARKS)),
    ("Zażółć gęślą jaźń 你好 🙂 👩\u200d👧", "Zażółć gęślą jaźń 你好 🙂 👩\u200d👧"),
    ("\ufeffhello", "hello"),
    ("tab\tstays", "tab\tstays"),
]


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_table(text: str, expected: str) -> None:
    assert plain(text) == expected


@given(ANYTHING)
def test_what_is_left_can_be_stored_and_shown_anywhere(text: str) -> None:
    cleaned = plain(text)
    cleaned.encode("utf-8")
    assert plain(cleaned) == cleaned
    assert not [c for c in cleaned if unicodedata.category(c) in {"Cc", "Cs", "Co", "Cf"} and c not in "\n\t\u200d"]


@given(st.text(alphabet=st.characters(max_codepoint=0x7E, min_codepoint=0x20), max_size=300))
def test_plain_ascii_stays_as_it_is(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b\u200b", "\u200d", "\u2800 \u2800", "\u202e", "\x00\x01"])
def test_blank(text: str) -> None:
    assert is_blank(plain(text))


@pytest.mark.parametrize("piece", ["\u0300", "a\u0300", "\U000e0041", "\ud800", "\ufdfa", "\r"])
def test_it_is_linear(piece: str) -> None:
    started = time.perf_counter()
    plain(piece * 200_000)
    assert time.perf_counter() - started < 3.0
