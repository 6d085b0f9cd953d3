"""Reliability bins, the calibration error and the error that chance alone gives."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve

from evals.calibration.reliability import ReliabilityBin, expected_calibration_error, noise_floor, reliability_bins
from evals.statistics.proportions import share

ANSWERS = st.lists(
    st.tuples(st.one_of(st.floats(0, 1), st.sampled_from([0.5, 0.9, 1.0])), st.booleans()), min_size=1, max_size=60
)


def confidences(chance: np.random.Generator, n: int) -> np.ndarray:
    """Of a classifier that is mostly sure: a mean of about 0.83."""
    return 1 - chance.beta(0.6, 3.0, size=n)


@settings(max_examples=80, deadline=None)
@given(ANSWERS, st.integers(1, 12))
def test_bins_hold_every_answer_once_in_order(rows: list[tuple[float, bool]], bins: int) -> None:
    stated, right = [row[0] for row in rows], [row[1] for row in rows]
    found = reliability_bins(stated, right, bins)
    assert sum(one.n for one in found) == len(rows)
    assert sum(one.accuracy.value * one.n for one in found) == pytest.approx(sum(right))
    assert sum(one.mean_confidence * one.n for one in found) == pytest.approx(sum(stated))
    assert 1 <= len(found) <= bins
    assert all(low.highest < high.lowest for low, high in pairwise(found))
    assert all(one.lowest - 1e-12 <= one.mean_confidence <= one.highest + 1e-12 for one in found)


def test_bins_agree_with_sklearn_and_are_of_equal_mass() -> None:
    chance = np.random.default_rng(1)
    stated = confidences(chance, 400)
    right = chance.random(400) < stated
    found = reliability_bins(stated, right)
    accuracy, mean = calibration_curve(right, stated, n_bins=10, strategy="quantile")
    assert [one.accuracy.value for one in found] == pytest.approx(accuracy)
    assert [one.mean_confidence for one in found] == pytest.approx(mean)
    assert {one.n for one in found} == {40}
    assert found[0].accuracy == share(int(right[np.argsort(stated)[:40]].sum()), 40)


def test_the_error_by_hand() -> None:
    """Two bins: 0.6 stated and 1/2 right, 0.9 stated and all right: (0.1 * 2 + 0.1 * 2) / 4."""
    found = expected_calibration_error([0.6, 0.6, 0.9, 0.9], [True, False, True, True], bins=2)
    assert found.value == pytest.approx(0.1)


@settings(max_examples=40, deadline=None)
@given(ANSWERS)
def test_the_error_is_the_bins_mean_gap_and_its_interval_holds_it(rows: list[tuple[float, bool]]) -> None:
    stated, right = [row[0] for row in rows], [row[1] for row in rows]
    found = expected_calibration_error(stated, right, resamples=200)
    gaps = [abs(one.mean_confidence - one.accuracy.value) * one.n for one in reliability_bins(stated, right)]
    assert found.value == pytest.approx(sum(gaps) / len(rows))
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_the_noise_floor_is_the_error_of_calibrated_answers_and_falls_with_n() -> None:
    chance = np.random.default_rng(2)
    for n in (100, 1000):
        stated = confidences(chance, n)
        measured = [
            expected_calibration_error(stated, chance.random(n) < stated, resamples=100).value for _ in range(100)
        ]
        assert noise_floor(stated) == pytest.approx(np.mean(measured), rel=0.1)
    assert noise_floor(confidences(chance, 100)) > 2 * noise_floor(confidences(chance, 1000))
    assert noise_floor([1.0] * 20) == 0


def covered(n: int, overstated: float, simulations: int = 1000) -> float:
    """The share of runs whose interval holds the true error of answers right in (1 - overstated) of what they state."""
    chance = np.random.default_rng(3)
    true = overstated * float(confidences(chance, 500_000).mean())
    hits = 0
    for seed in range(simulations):
        stated = confidences(chance, n)
        right = chance.random(n) < stated * (1 - overstated)
        found = expected_calibration_error(stated, right, resamples=300, seed=seed)
        hits += found.low <= true <= found.high
    return hits / simulations


@pytest.mark.slow
def test_perfect_calibration_is_within_the_interval_at_the_level() -> None:
    assert 0.955 <= covered(300, 0.0) <= 0.99


@pytest.mark.slow
@pytest.mark.parametrize(("n", "overstated"), [(100, 0.05), (300, 0.05), (300, 0.15)])
def test_the_interval_covers_a_little_less_than_its_level(n: int, overstated: float) -> None:
    """The bound is what it does, not what it should: a binned error is biased, and no interval of it is exact."""
    assert 0.86 <= covered(n, overstated) <= 0.97


def test_a_flawless_run_is_not_certain_of_its_accuracy() -> None:
    found = expected_calibration_error([0.97] * 50, [True] * 50)
    assert found.value == pytest.approx(0.03)
    assert found.low == 0
    assert found.high > 0.03
    assert expected_calibration_error([1.0] * 50, [True] * 50).high == pytest.approx(1 - share(50, 50).low)


def test_whole_conversations_widen_the_interval() -> None:
    chance = np.random.default_rng(5)
    stated = np.repeat(confidences(chance, 60), 5)
    right = np.repeat(chance.random(60), 5) < 0.6 * stated
    alone = expected_calibration_error(stated, right)
    together = expected_calibration_error(stated, right, [str(number // 5) for number in range(300)])
    assert together.value == alone.value
    assert together.high - together.low > 1.4 * (alone.high - alone.low)


def test_nothing_to_measure() -> None:
    assert reliability_bins([], []) == ()
    assert expected_calibration_error([], []).value is None
    assert noise_floor([]) is None


@pytest.mark.parametrize(
    ("stated", "right"), [([1.2], [True]), ([float("nan")], [True]), ([0.5], [True, False]), ([0.5], [2])]
)
def test_what_is_no_confidence_or_no_outcome_is_refused(stated: list[float], right: list[bool]) -> None:
    with pytest.raises(ValueError, match=r"confidence|outcome"):
        reliability_bins(stated, right)


def test_a_bin_survives_json() -> None:
    (found,) = reliability_bins([0.5, 0.7], [True, False], bins=1)
    assert ReliabilityBin.model_validate_json(found.model_dump_json()) == found
