"""How many cases a difference needs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from evals.statistics.paired import mcnemar_p
from evals.statistics.power import cases_needed, discordant_needed


def exact_power(n: int, discordant_share: float, difference: float) -> float:
    """Sum over how many cases are discordant, and over how many of these B wins."""
    wins = (discordant_share + difference) / (2 * discordant_share)
    total = 0.0
    for discordant in range(n + 1):
        chance = binom.pmf(discordant, n, discordant_share)
        if chance > 1e-9:
            won = np.arange(discordant + 1)
            tail = np.minimum(1, 2 * binom.cdf(np.minimum(won, discordant - won), discordant, 0.5))
            total += chance * binom.pmf(won, discordant, wins)[tail < 0.05].sum()
    return float(total)


@pytest.mark.parametrize(("share", "difference"), [(0.1, 0.02), (0.1, 0.05), (0.15, 0.1), (0.05, 0.05), (0.3, 0.1)])
def test_the_exact_test_has_nearly_the_power_at_the_number(share: float, difference: float) -> None:
    n = cases_needed(share, difference)
    assert 0.75 <= exact_power(n, share, difference) <= 0.81
    assert exact_power(n // 2, share, difference) < 0.6


def test_connors_formula_by_hand() -> None:
    """(1.95996 * sqrt(0.2) + 0.84162 * sqrt(0.2 - 0.01))² / 0.01 = 154.1 for a tenth at a fifth discordant."""
    assert cases_needed(0.2, 0.1) == 155
    assert cases_needed(0.2, -0.1) == 155


def test_the_exact_test_reaches_its_level_from_six_discordant_cases_on() -> None:
    assert discordant_needed() == 6
    assert mcnemar_p(0, 6) < 0.05 < mcnemar_p(0, 5)
    assert cases_needed(1.0, 1.0) == 6
    assert cases_needed(1.0, 1.0, level=0.99) == 8


@given(st.floats(0.01, 1), st.floats(0.05, 1), st.sampled_from([0.5, 0.8, 0.9]))
def test_more_is_needed_for_less_and_for_more_power(share: float, part: float, power: float) -> None:
    difference = share * part
    needed = cases_needed(share, difference, power)
    assert needed * share >= 6 - 1e-6
    assert cases_needed(share, difference / 2, power) >= needed
    assert cases_needed(share, difference, 0.95) >= needed
    assert cases_needed(share, difference, power, level=0.99) >= needed


@pytest.mark.parametrize(("share", "difference"), [(0.1, 0.0), (0.1, 0.2), (1.2, 0.1), (0.0, 0.0)])
def test_what_cannot_be_found_is_refused(share: float, difference: float) -> None:
    with pytest.raises(ValueError, match="cannot be found"):
        cases_needed(share, difference)
