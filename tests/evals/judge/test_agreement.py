"""Cohen's kappa and its interval."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.judge.agreement import kappa
from evals.judge.protocol import Grade

YES, NO = Grade.YES, Grade.NO


def test_kappa_is_that_of_a_worked_example() -> None:
    # 20 both yes, 5 and 10 apart, 15 both no: p = 0.7, e = (25 x 30 + 25 x 20) / 2500 = 0.5
    pairs = [(YES, YES)] * 20 + [(YES, NO)] * 5 + [(NO, YES)] * 10 + [(NO, NO)] * 15
    estimate = kappa(pairs, unjudged=3)
    assert estimate.value == pytest.approx(0.4)
    assert (estimate.n, estimate.unjudged) == (50, 3)


@pytest.mark.parametrize("pairs", [[], [(YES, YES)] * 30])
def test_kappa_is_undefined_where_only_one_thing_is_ever_said(pairs: list[tuple[Grade, Grade]]) -> None:
    assert kappa(pairs).value is None


def test_perfect_agreement_on_few_is_no_certainty() -> None:
    estimate = kappa([(YES, YES), (NO, NO)] * 5)
    assert estimate.value == estimate.high == 1
    assert estimate.low < 0.6


def test_a_constant_judge_agrees_no_better_than_chance() -> None:
    assert kappa([(YES, YES)] * 180 + [(NO, YES)] * 20).value == pytest.approx(0)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(list(Grade)), st.sampled_from(list(Grade)))))
def test_kappa_lies_in_its_interval_and_is_the_same_from_both_sides(pairs: list[tuple[Grade, Grade]]) -> None:
    estimate, other = kappa(pairs), kappa([(second, first) for first, second in pairs])
    if estimate.value is None:
        assert other.value is None
        return
    assert -1 <= estimate.low <= estimate.value <= estimate.high <= 1
    assert (estimate.value, estimate.low) == pytest.approx((other.value, other.low))


def test_the_interval_holds_the_true_kappa_about_as_often_as_it_says() -> None:
    """Half of the items yes, TPR 0.92 and TNR 0.90: the true kappa is 0.82. 100 items, 1,000 runs."""
    random = np.random.default_rng(11)
    kinds = [(YES, YES), (YES, NO), (NO, YES), (NO, NO)]
    covered = 0
    for counts in random.multinomial(100, [0.46, 0.04, 0.05, 0.45], size=1000):
        estimate = kappa([pair for pair, count in zip(kinds, counts, strict=True) for _ in range(count)])
        covered += estimate.low <= 0.82 <= estimate.high
    assert 0.92 <= covered / 1000 <= 0.98
