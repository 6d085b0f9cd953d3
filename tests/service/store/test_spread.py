"""Durations in bins: what is read of them is near what was put in, and adds up."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.store.spread import GROWTH, LEAST_MS, quantile, spread, together

DURATIONS = st.lists(st.floats(min_value=0, max_value=1e6), min_size=1, max_size=200)


@given(DURATIONS, st.sampled_from([1, 50, 95, 99, 100]))
def test_a_percentile_is_off_by_a_fortieth_at_most(durations: list[float], percent: int) -> None:
    exact = sorted(durations)[math.ceil(percent / 100 * len(durations)) - 1]
    found = quantile(spread(durations), percent)
    assert found is not None
    assert found == pytest.approx(max(exact, LEAST_MS), rel=(GROWTH - 1) / 2 + 1e-6)


@given(DURATIONS, DURATIONS)
def test_parts_add_up_to_the_whole(some: list[float], others: list[float]) -> None:
    assert together([spread(some), spread(others)]) == spread(some + others)


def test_nothing_has_no_percentile() -> None:
    assert quantile({}, 95) is None
