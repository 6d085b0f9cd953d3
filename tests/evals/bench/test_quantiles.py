"""Quantiles and their ratios: planted values come out, and what is too little is refused."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.bench.interleave import WHOLE, Run
from evals.bench.quantiles import (
    LEAST_FOR_P95,
    LEAST_REPETITIONS,
    mean_over_repetitions,
    over_repetitions,
    quantiles,
    ratio_of_quantiles,
    require_enough,
)
from evals.statistics.resampling import TooFewError


def made_runs(repetitions: int, cases: int, factor: float = 1.0, seed: int = 1) -> list[Run[int]]:
    """Return runs of a slow contender that takes `factor` times as long, with noise of some percent."""
    draw = random.Random(seed)
    return [
        Run(repetition, case, name, {WHOLE: scale * draw.lognormvariate(3, 0.4), "part": 1.0})
        for repetition in range(repetitions)
        for case in range(cases)
        for name, scale in (("fast", 1.0), ("slow", factor))
    ]


@settings(deadline=None)
@given(st.floats(0.2, 5.0))
def test_a_planted_factor_comes_out_exactly_where_nothing_varies(factor: float) -> None:
    runs = [
        Run(repetition, case, name, {WHOLE: scale * (1.0 + case)})
        for repetition in range(7)
        for case in range(20)
        for name, scale in (("fast", 1.0), ("slow", factor))
    ]
    found = ratio_of_quantiles(runs, "slow", "fast", 0.95)
    assert found.value == pytest.approx(factor)
    assert found.low == pytest.approx(factor)


def test_a_planted_factor_lies_in_its_interval_and_one_does_not() -> None:
    for seed in range(5):
        found = ratio_of_quantiles(made_runs(9, 80, factor=1.6, seed=seed), "slow", "fast", 0.5)
        assert found.low is not None
        assert found.high is not None
        assert 1.0 < found.low < 1.7
        assert 1.5 < found.high < 2.2
        assert found.n == 9


def test_an_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    draw = np.random.default_rng(4)
    intervals = [over_repetitions(np.exp(draw.normal(0.3, 0.2, size=7)).tolist()) for _ in range(400)]
    covered = sum((one.low or 0) <= np.exp(0.3) <= (one.high or 0) for one in intervals)
    assert 360 <= covered <= 395


def test_over_repetitions_is_a_geometric_mean_and_the_other_an_arithmetic_one() -> None:
    assert over_repetitions([1.0, 4.0]).value == pytest.approx(2.0)
    assert mean_over_repetitions([1.0, 4.0]).value == pytest.approx(2.5)


def test_one_repetition_has_no_interval() -> None:
    with pytest.raises(TooFewError, match="interval over repetitions needs at least 2"):
        over_repetitions([1.0])


def test_a_p95_of_too_few_runs_is_refused_and_says_how_many_are_needed() -> None:
    with pytest.raises(TooFewError, match="needs at least 72, there are 70"):
        quantiles(made_runs(7, 10), "fast")
    with pytest.raises(TooFewError, match=f"p95 of a repetition needs at least {LEAST_FOR_P95}, there are 19"):
        require_enough(19, LEAST_REPETITIONS)
    with pytest.raises(TooFewError, match=f"needs at least {LEAST_REPETITIONS}, there are 6"):
        require_enough(LEAST_FOR_P95, 6)
    require_enough(LEAST_FOR_P95, LEAST_REPETITIONS)


def test_a_p99_of_too_few_runs_is_left_out_with_its_reason() -> None:
    few, enough = quantiles(made_runs(7, 20), "fast"), quantiles(made_runs(7, 60), "fast")
    assert few.p99 is None
    assert "368" in (few.refused or "")
    assert enough.p99 is not None
    assert enough.refused is None
    assert (enough.p50.value or 0) < (enough.p95.value or 0) < (enough.p99.value or 0)


def test_a_part_that_a_run_lacks_took_no_time() -> None:
    assert quantiles(made_runs(7, 20), "fast", "part").p50.value == 1.0
    assert quantiles(made_runs(7, 20), "fast", "absent").p95.value == 0.0
