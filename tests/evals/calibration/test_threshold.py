"""The threshold keeps its promise, or there is none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.calibration.threshold import GRID, Threshold, derive_threshold
from evals.statistics.proportions import upper_bound

ANSWERS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=120)


def confidences(chance: np.random.Generator, n: int) -> np.ndarray:
    return 1 - chance.beta(0.6, 3.0, size=n)


def rightness(stated: np.ndarray, kind: str) -> np.ndarray:
    """The true chance of being right, by confidence; "flat" makes it useless, "overstated" too good."""
    if kind == "flat":
        return np.full_like(stated, 0.94)
    return stated if kind == "honest" else 1 - 1.6 * (1 - stated).clip(0, 0.6)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["honest", "overstated", "flat"])
@pytest.mark.parametrize(("n", "target"), [(300, 0.1), (1000, 0.05)])
def test_the_true_error_is_above_the_target_in_at_most_one_calibration_of_twenty(
    kind: str, n: int, target: float
) -> None:
    """500 calibrations; 36 of them is 2.3 standard errors above a twentieth."""
    chance = np.random.default_rng(17)
    population = np.sort(confidences(chance, 200_000))
    wrong_above = np.cumsum((1 - rightness(population, kind))[::-1])[::-1]
    broken = found = 0
    for _ in range(500):
        stated = confidences(chance, n)
        derived = derive_threshold(stated, chance.random(n) < rightness(stated, kind), target)
        if derived.value is not None:
            found += 1
            place = int(np.searchsorted(population, derived.value))
            broken += wrong_above[place] / (len(population) - place) > target
    assert broken <= 36
    if kind == "honest":
        assert found > 400


@pytest.mark.slow
def test_taking_the_lowest_threshold_that_passes_anywhere_would_break_the_promise() -> None:
    """What the walk is there for. Confidence means nothing here, and the error is just above the target everywhere."""
    chance = np.random.default_rng(23)
    anywhere = walked = 0
    for _ in range(500):
        stated, wrong = chance.random(1000), chance.random(1000) < 0.0505
        kept = [stated >= value for value in GRID]
        tried = [(int(wrong[some].sum()), int(some.sum())) for some in kept if some.sum() >= 93]
        anywhere += any(upper_bound(*counts) <= 0.05 for counts in tried[::3])
        walked += derive_threshold(stated, ~wrong, 0.05).value is not None
    assert walked <= 36
    assert anywhere > 50


def test_honest_confidences_give_a_threshold_that_says_what_it_does() -> None:
    chance = np.random.default_rng(2)
    stated = confidences(chance, 2000)
    right = chance.random(2000) < stated
    found = derive_threshold(stated, right, 0.05)
    kept = stated >= found.value
    assert found.value in GRID
    assert (found.accepted, found.coverage) == (kept.sum(), kept.mean())
    assert found.error == pytest.approx(1 - right[kept].mean())
    assert found.bound == upper_bound(int((~right[kept]).sum()), int(kept.sum())) <= 0.05
    assert 0.3 < found.coverage < 1
    assert Threshold.model_validate_json(found.model_dump_json()) == found


def test_where_all_is_right_everything_is_accepted() -> None:
    found = derive_threshold(np.linspace(0, 1, 200), [True] * 200, 0.05)
    assert (found.value, found.coverage, found.error) == (0, 1, 0)


def test_a_failure_at_the_start_ends_the_walk() -> None:
    """The surest answers are wrong, so nothing may be accepted, though all together are within the target."""
    stated = [0.9995] * 100 + [0.5] * 2000
    right = [False] * 10 + [True] * 2090
    assert upper_bound(10, 2100) < 0.05
    assert derive_threshold(stated, right, 0.05).value is None


@pytest.mark.parametrize("n", [0, 1, 50, 92])
def test_too_few_answers_give_no_threshold_however_right(n: int) -> None:
    found = derive_threshold([0.99] * n, [True] * n, 0.05)
    assert (found.value, found.error, found.bound, found.coverage, found.n) == (None, None, None, 0, n)
    assert derive_threshold([0.99] * 93, [True] * 93, 0.05).value == 0


@settings(max_examples=60, deadline=None)
@given(ANSWERS, st.sampled_from([0.05, 0.1, 0.3]))
def test_a_threshold_is_never_above_its_target_and_a_laxer_target_accepts_as_much(
    rows: list[tuple[float, bool]], target: float
) -> None:
    stated, right = [row[0] for row in rows], [row[1] for row in rows]
    found = derive_threshold(stated, right, target)
    if found.value is not None:
        assert found.error <= found.bound <= target
    surer = derive_threshold(stated, [True] * len(rows), target)
    assert surer.coverage >= found.coverage


def test_the_grid_runs_from_the_strictest_down() -> None:
    assert list(GRID) == sorted(set(GRID), reverse=True)
    assert GRID[-1] == 0


@pytest.mark.parametrize(("target", "level"), [(0.0, 0.95), (1.0, 0.95), (0.05, 1.0)])
def test_promises_that_cannot_be_made_are_refused(target: float, level: float) -> None:
    with pytest.raises(ValueError, match="outside"):
        derive_threshold([0.5], [True], target, level)
