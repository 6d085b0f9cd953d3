"""Texts of like length go together, in batches that a core's cache holds."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from knowledge.encoder.serving import TOKENS, of_like_length

LENGTHS = st.lists(st.integers(2, 256), max_size=200)


@given(LENGTHS)
def test_each_text_is_in_one_batch(lengths: list[int]) -> None:
    batches = list(of_like_length(lengths))
    assert sorted(position for batch in batches for position in batch) == list(range(len(lengths)))
    assert all(batches)


@given(LENGTHS)
def test_no_batch_is_too_large_and_none_could_have_been_one_with_the_next(lengths: list[int]) -> None:
    sizes = [[lengths[position] for position in batch] for batch in of_like_length(lengths)]
    assert all(len(one) == 1 or len(one) * max(one) <= TOKENS for one in sizes)
    assert all((len(one) + 1) * after[0] > TOKENS for one, after in itertools.pairwise(sizes))


@given(LENGTHS)
def test_lengths_only_grow(lengths: list[int]) -> None:
    in_order = [lengths[position] for batch in of_like_length(lengths) for position in batch]
    assert in_order == sorted(lengths)


def test_a_text_longer_than_a_batch_goes_alone() -> None:
    assert list(of_like_length([TOKENS + 1, 3])) == [[1], [0]]
