"""The word features: the same row whatever the case, nothing for what is not known, length one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from knowledge.words import known_words, words_of

TEXTS = ["Please cancel my order", "cancel the order now", "Bitte stornieren", "bitte sofort stornieren"]


def test_words_that_stand_in_one_text_only_are_left_out() -> None:
    places = known_words(TEXTS).places
    assert {"cancel", "order", "bitt", "stornieren"} <= set(places) | {"bitte"}
    assert "now" not in places


def test_pairs_of_neighbours_count() -> None:
    assert "not want" in words_of("I do not want it")
    assert words_of("") == []


def test_case_does_not_matter_and_unknown_words_weigh_nothing() -> None:
    words = known_words(TEXTS)
    small, large = words.row("cancel order"), words.row("CANCEL Order zebra")
    assert sorted(small[0].tolist()) == sorted(large[0].tolist())
    assert words.row("zebra")[0].size == 0


@given(st.text(max_size=300))
def test_a_row_has_length_one_or_is_empty(text: str) -> None:
    places, weights = known_words(TEXTS).row(text)
    assert len(places) == len(set(places.tolist())) == len(weights)
    assert not len(weights) or abs(float(np.linalg.norm(weights)) - 1) < 1e-5
