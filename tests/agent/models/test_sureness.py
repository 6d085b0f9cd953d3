"""How sure a classifier is of its likeliest category, by each measure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.models.sureness import Sureness, sureness

weights = st.lists(st.floats(0.001, 1), min_size=1, max_size=12)


@given(weights)
def test_the_margin_is_never_above_the_confidence(drawn: list[float]) -> None:
    shares = sorted((weight / sum(drawn) for weight in drawn), reverse=True)
    margin, confidence = (sureness(shares, by) for by in (Sureness.MARGIN, Sureness.CONFIDENCE))
    assert 0 <= margin <= confidence == shares[0]


@pytest.mark.parametrize("by", list(Sureness))
def test_one_category_that_is_certain_is_sure(by: Sureness) -> None:
    assert sureness([1.0], by) == sureness([1.0, 0.0], by) == 1.0


def test_two_that_are_alike_are_not_sure_by_their_margin() -> None:
    assert sureness([0.5, 0.5], Sureness.MARGIN) == 0.0
