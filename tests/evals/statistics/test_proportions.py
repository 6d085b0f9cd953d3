"""Shares and their bounds, held against statsmodels and the binomial distribution itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from statsmodels.stats.proportion import proportion_confint

from evals.statistics.proportions import share, upper_bound, wilson

COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS)
def test_a_share_has_the_wilson_interval_of_statsmodels(counts: tuple[int, int]) -> None:
    successes, n = counts
    found = share(successes, n, unjudged=3)
    low, high = proportion_confint(successes, n, alpha=0.05, method="wilson")
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-12)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert (found.value, found.n, found.unjudged) == (successes / n, n, 3)


@given(COUNTS)
def test_swapping_right_and_wrong_mirrors_the_interval(counts: tuple[int, int]) -> None:
    successes, n = counts
    low, high = wilson(successes, n)
    assert wilson(n - successes, n) == pytest.approx((1 - high, 1 - low))


def test_perfect_is_not_certain() -> None:
    found = share(120, 120)
    assert found.high == 1
    assert found.low == pytest.approx(120 / (120 + 1.959964**2), abs=1e-6)


def test_nothing_judged_says_nothing() -> None:
    found = share(0, 0, unjudged=4)
    assert (found.value, found.low, found.high, found.n, found.unjudged) == (None, None, None, 0, 4)
    assert upper_bound(0, 0) == 1


@given(COUNTS, st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_at_the_upper_bound_so_few_failures_have_the_chance_that_is_left(counts: tuple[int, int], level: float) -> None:
    failures, n = counts
    bound = upper_bound(failures, n, level)
    if failures == n:
        assert bound == 1
    else:
        assert binom.cdf(failures, n, bound) == pytest.approx(1 - level, rel=1e-6)


def test_no_failure_among_59_is_the_first_to_bound_five_percent() -> None:
    assert upper_bound(0, 59) < 0.05 < upper_bound(0, 58)


@pytest.mark.parametrize(("successes", "n"), [(-1, 3), (4, 3), (1, 0)])
def test_counts_that_cannot_be_are_refused(successes: int, n: int) -> None:
    with pytest.raises(ValueError, match="is not a share"):
        share(successes, n)
    with pytest.raises(ValueError, match="is not a share"):
        upper_bound(successes, n)
