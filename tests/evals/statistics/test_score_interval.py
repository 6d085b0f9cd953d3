"""Tango's interval: published results, its own equation solved another way, and its exact coverage."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import multinomial, norm

from evals.statistics.score_interval import tango_interval

Z = float(norm.ppf(0.975))
TABLES = st.integers(2, 300).flatmap(
    lambda n: st.integers(0, n).flatmap(lambda a: st.tuples(st.just(a), st.integers(0, n - a), st.just(n)))
)


def test_published_results() -> None:
    """Airway reactivity before and after transplantation (Bentur et al. 2009); a 90 % interval made with PropCIs."""
    assert tango_interval(7, 1, 21) == pytest.approx((-0.517, -0.026), abs=5e-4)
    assert tango_interval(25, 28, 618, alpha=0.1) == pytest.approx((-0.0148, 0.0247), abs=5e-5)


@given(TABLES)
def test_it_holds_the_difference_and_swaps_with_the_agents(table: tuple[int, int, int]) -> None:
    only_a, only_b, n = table
    low, high = tango_interval(only_a, only_b, n)
    assert -1 <= low <= (only_b - only_a) / n <= high <= 1
    assert low < high
    assert tango_interval(only_b, only_a, n) == pytest.approx((-high, -low), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(TABLES)
def test_at_its_ends_the_score_is_at_the_level(table: tuple[int, int, int]) -> None:
    """The nuisance share comes from maximising the likelihood by search here, not from the quadratic."""
    only_a, only_b, n = table
    for end in tango_interval(only_a, only_b, n):
        if abs(end) < 0.999:
            assert abs(score(only_a, only_b, n, end)) == pytest.approx(Z, rel=1e-3)


def score(only_a: int, only_b: int, n: int, difference: float) -> float:
    def minus_log_likelihood(share: float) -> float:
        cells = ((only_a, share), (only_b, share + difference), (n - only_a - only_b, 1 - 2 * share - difference))
        return -sum(count * math.log(max(chance, 1e-300)) for count, chance in cells)

    found = minimize_scalar(
        minus_log_likelihood,
        bounds=(max(0.0, -difference), (1 - difference) / 2),
        method="bounded",
        options={"xatol": 1e-12},
    )
    variance = n * (2 * found.x + difference * (1 - difference))
    return (only_b - only_a - n * difference) / math.sqrt(variance)


@pytest.mark.parametrize("n", [1, 12, 120, 5000])
def test_without_a_discordant_pair_it_is_no_point(n: int) -> None:
    reach = Z**2 / (n + Z**2)
    assert tango_interval(0, 0, n) == pytest.approx((-reach, reach), abs=1e-9)


@pytest.mark.parametrize(("only_a", "only_b"), [(0.1, 0.1), (0.05, 0.05), (0.02, 0.1), (0.05, 0.15), (0.0, 0.05)])
def test_its_exact_coverage_is_near_its_level(only_a: float, only_b: float) -> None:
    """No simulation: every table of 120 pairs that can happen, weighed by its probability."""
    n, most = 120, 45
    tables = np.array([(a, b, n - a - b) for a in range(most) for b in range(most - a)])
    chances = multinomial.pmf(tables, n, [only_a, only_b, 1 - only_a - only_b])
    assert chances.sum() > 0.999
    ends = np.array([tango_interval(int(a), int(b), n) for a, b, _ in tables])
    holds = (ends[:, 0] <= only_b - only_a) & (only_b - only_a <= ends[:, 1])
    assert 0.94 <= chances[holds].sum() <= 0.965


def test_it_is_conservative_where_hardly_any_pair_is_discordant() -> None:
    n = 120
    tables = np.array([(a, b, n - a - b) for a in range(15) for b in range(15)])
    chances = multinomial.pmf(tables, n, [0.005, 0.005, 0.99])
    ends = np.array([tango_interval(int(a), int(b), n) for a, b, _ in tables])
    assert chances[(ends[:, 0] <= 0) & (ends[:, 1] >= 0)].sum() > 0.98


@pytest.mark.parametrize("table", [(1, 1, 1), (-1, 0, 5), (0, 0, 0)])
def test_tables_that_cannot_be_are_refused(table: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        tango_interval(*table)
