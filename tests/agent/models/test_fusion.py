"""A choice weighed against a distribution: Bayes' rule, held to its properties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.models.fusion import fused

SHARES = st.lists(st.floats(1e-6, 1), min_size=2, max_size=41).map(lambda found: np.array(found) / sum(found))


@given(SHARES, st.data(), st.floats(0.5, 0.99))
def test_it_is_a_distribution_and_the_choice_gains(likely: np.ndarray, data: st.DataObject, trust: float) -> None:
    chosen = data.draw(st.integers(0, likely.size - 1))
    result = fused(likely, chosen, trust)
    assert result.sum() == pytest.approx(1)
    assert (result >= 0).all()
    assert result[chosen] >= likely[chosen] - 1e-12


@given(SHARES, st.data(), st.floats(0.5, 0.99))
def test_the_order_of_all_others_stays(likely: np.ndarray, data: st.DataObject, trust: float) -> None:
    chosen = data.draw(st.integers(0, likely.size - 1))
    others = np.delete(np.arange(likely.size), chosen)
    result = fused(likely, chosen, trust)
    assert (result[others] * likely[others].sum()).tolist() == pytest.approx(
        (likely[others] * result[others].sum()).tolist()
    )


def test_a_model_that_is_no_better_than_chance_changes_nothing() -> None:
    likely = np.array([0.6, 0.3, 0.1])
    assert fused(likely, 1, 1 / 3).tolist() == pytest.approx(likely.tolist())


def test_it_decides_where_the_embedded_model_is_unsure_and_not_where_that_is_nearly_certain() -> None:
    unsure, sure = np.array([0.4, 0.35, 0.25]), np.array([0.998, 0.001, 0.001])
    assert fused(unsure, 1, 0.85).argmax() == 1
    assert fused(sure, 1, 0.85).argmax() == 0


def test_a_choice_that_is_held_impossible_leaves_a_distribution() -> None:
    assert fused(np.array([1.0, 0.0]), 1, 0.9).tolist() == [1.0, 0.0]
