"""Quantiles and their distribution-free interval."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from evals.statistics.quantiles import quantile_estimate
from evals.statistics.resampling import TooFewError


@pytest.mark.parametrize(("q", "needed"), [(0.5, 6), (0.9, 36), (0.95, 72), (0.99, 368), (0.05, 72)])
def test_it_refuses_exactly_where_an_end_does_not_exist(q: float, needed: int) -> None:
    """One fewer, and all of them lie on one side of the quantile with more than 2.5 %."""
    assert max(q, 1 - q) ** needed <= 0.025 < max(q, 1 - q) ** (needed - 1)
    assert quantile_estimate(list(range(needed)), q).n == needed
    with pytest.raises(TooFewError, match=f"at least {needed}") as caught:
        quantile_estimate(list(range(needed - 1)), q)
    assert caught.value.needed == needed


@settings(max_examples=50, deadline=None)
@given(st.integers(72, 600), st.sampled_from([0.25, 0.5, 0.9, 0.95]))
def test_neither_end_leaves_out_more_than_its_tail(n: int, q: float) -> None:
    """The values are ranks, so the ends are ranks too, and their chances are sums of binomial ones."""
    found = quantile_estimate(list(range(1, n + 1)), q)
    assert binom.cdf(found.low - 1, n, q) <= 0.025
    assert binom.sf(found.high - 1, n, q) <= 0.025
    assert found.low <= found.value <= found.high
    assert found.value == pytest.approx(np.quantile(np.arange(1, n + 1), q))


def test_it_covers_the_quantile_of_a_skewed_distribution() -> None:
    chance = np.random.default_rng(4)
    true = np.exp(1.6448536269514722)
    found = [quantile_estimate(np.exp(chance.normal(size=150)).tolist(), 0.95) for _ in range(1000)]
    assert 0.94 <= np.mean([one.low <= true <= one.high for one in found]) <= 0.99


@pytest.mark.parametrize("q", [0.0, 1.0, 1.5])
def test_a_quantile_lies_between_none_and_all(q: float) -> None:
    with pytest.raises(ValueError, match="no quantile"):
        quantile_estimate([1.0] * 100, q)
