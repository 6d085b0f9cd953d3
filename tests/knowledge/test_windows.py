"""What is read of a long text: its first window, its last, and the most telling one between."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.encoder.protocol import Encoder
from knowledge.windows import MARGIN, windows

TELLING = frozenset({"refund", "parcel"})
FILLER = "The weather here has been pleasant and we went for a walk. "


@pytest.mark.parametrize("text", ["refund", FILLER, "x" * 100])
def test_a_short_text_is_one_window(encoder: Encoder, text: str) -> None:
    assert windows(text, encoder, TELLING) == [text]


def test_a_long_text_has_three_and_the_middle_one_is_telling(encoder: Encoder) -> None:
    ask = "Please refund the parcel A-10234? "
    text = "Dear desk. " + FILLER * 120 + ask + FILLER * 120 + "Kind regards"
    pieces = windows(text, encoder, TELLING)
    assert len(pieces) == 3
    assert text.startswith(pieces[0])
    assert text.endswith(pieces[2])
    assert ask.strip() in pieces[1]


@given(st.text(max_size=4000))
@settings(max_examples=60)
def test_windows_are_pieces_that_fit(encoder: Encoder, text: str) -> None:
    pieces = windows(text, encoder, TELLING)
    assert 1 <= len(pieces) <= 3
    assert all(piece in text for piece in pieces)
    if len(pieces) > 1:
        assert all(len(encoder.token_spans(piece)) <= encoder.window - MARGIN + 2 for piece in pieces)
