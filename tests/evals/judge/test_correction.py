"""The corrected rate: its formula, its refusals, and by simulation that its interval covers what it says it does."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.judge.confusion import Confusion
from evals.judge.correction import CLEARLY_ABOVE_CHANCE, UninformativeJudgeError, corrected_rate, informedness_limit
from evals.judge.gate import CALIBRATION
from evals.statistics.estimate import Estimate
from evals.statistics.proportions import share

RUNS, ITEMS = 2000, 300
TPR, TNR = 0.92, 0.90


def confusion(tp: int, positives: int, tn: int, negatives: int) -> Confusion:
    return Confusion(tp=tp, fn=positives - tp, tn=tn, fp=negatives - tn)


def covers(estimate: Estimate, truth: float) -> bool:
    return estimate.low <= truth <= estimate.high


def draw(random: np.random.Generator, truth: float, labels: int, tpr: float, tnr: float) -> tuple[Confusion, int]:
    """Return what is found on labels drawn like the items, and how many of 300 items the judge calls a yes."""
    positives = int(random.binomial(labels, truth))
    negatives = labels - positives
    found = confusion(int(random.binomial(positives, tpr)), positives, int(random.binomial(negatives, tnr)), negatives)
    return found, int(random.binomial(ITEMS, truth * tpr + (1 - truth) * (1 - tnr)))


def coverage(truth: float, labels: int) -> tuple[float, float]:
    """Return how often the corrected and the naive interval cover the truth; a refusal counts as a miss."""
    random = np.random.default_rng(labels)
    corrected = naive = 0
    for _ in range(RUNS):
        found, yes = draw(random, truth, labels, TPR, TNR)
        naive += covers(share(yes, ITEMS), truth)
        if informedness_limit(found) > CLEARLY_ABOVE_CHANCE:
            corrected += covers(corrected_rate(yes, ITEMS, found), truth)
    return corrected / RUNS, naive / RUNS


@pytest.mark.slow
@pytest.mark.parametrize("labels", [100, 200])
@pytest.mark.parametrize(("truth", "naive_at_most"), [(0.3, 0.65), (0.6, 1), (0.85, 0.40)])
def test_the_corrected_interval_covers_the_truth_where_the_naive_one_misses_it(
    truth: float, naive_at_most: float, labels: int
) -> None:
    corrected, naive = coverage(truth, labels)
    assert 0.93 <= corrected <= 0.97
    assert naive <= naive_at_most
    row = re.search(
        rf"^\| {labels} \| {truth:.2f} \| (\S+) % \| (\S+) % \|$", CALIBRATION.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert row is not None
    assert (float(row[1]), float(row[2])) == pytest.approx((100 * corrected, 100 * naive), abs=1)


@pytest.mark.slow
@pytest.mark.parametrize("labels", [50, 100, 200])
@pytest.mark.parametrize("truth", [0.02, 0.3, 0.6, 0.95])
@pytest.mark.parametrize(
    ("tpr", "tnr"), [(0.98, 0.80), (0.80, 0.80), (0.97, 0.97), (0.995, 0.2), (0.6, 0.6), (0.99, 0.05)]
)
def test_a_wrong_interval_is_rare_for_any_judge(truth: float, labels: int, tpr: float, tnr: float) -> None:
    """Refusals count as no claim: what matters is how often an interval is given that misses the truth."""
    random = np.random.default_rng(labels)
    missed = 0
    for _ in range(RUNS):
        found, yes = draw(random, truth, labels, tpr, tnr)
        if informedness_limit(found) > CLEARLY_ABOVE_CHANCE:
            missed += not covers(corrected_rate(yes, ITEMS, found), truth)
    assert missed / RUNS <= 0.085


def test_a_rate_beyond_what_the_judge_allows_is_no_certainty() -> None:
    estimate = corrected_rate(30, 30, confusion(70, 100, 100, 100))  # 100 % yes, by a judge that finds 70 % of them
    assert estimate.value == estimate.high == 1
    assert estimate.low == pytest.approx(share(30, 30).low)


def test_the_value_is_that_of_rogan_and_gladen() -> None:
    # (0.78 + 0.90 - 1) / (0.92 + 0.90 - 1) = 0.68 / 0.82
    estimate = corrected_rate(234, 300, confusion(92, 100, 90, 100), unjudged=4)
    assert estimate.value == pytest.approx(0.68 / 0.82)
    assert (estimate.n, estimate.unjudged) == (300, 4)
    assert covers(estimate, estimate.value)


def test_the_interval_is_that_of_a_worked_example() -> None:
    """75 of 150, TPR 48 of 50, TNR 89 of 100, worked step by step with z = 1.96.

    Smoothed: rate 0.5 of 153.84, TPR 49/52, TNR 90/102; truth 0.46365, shift -0.00047, half width 0.11001.
    """
    estimate = corrected_rate(75, 150, confusion(48, 50, 89, 100))
    assert (estimate.low, estimate.high) == pytest.approx((0.35317, 0.57319), abs=2e-5)


def test_more_labels_and_more_items_make_it_narrower() -> None:
    def width(labels: int, items: int) -> float:
        found = confusion(labels * 45 // 100, labels // 2, labels * 45 // 100, labels // 2)
        estimate = corrected_rate(items * 6 // 10, items, found)
        return estimate.high - estimate.low

    assert width(100, 300) > width(400, 300) > width(400, 3000)
    # With few labels, more graded items alone don't make it exact.
    assert width(100, 300_000) > 0.1


@pytest.mark.parametrize(
    "found",
    [
        confusion(100, 100, 0, 100),  # always yes
        confusion(0, 100, 100, 100),  # always no
        confusion(50, 100, 50, 100),  # a coin
        confusion(55, 100, 50, 100),  # not clearly better than one
        confusion(5, 100, 5, 100),  # the wrong way round
        confusion(190, 190, 1, 10),
        confusion(200, 200, 0, 0),
        confusion(0, 0, 200, 200),
        confusion(0, 0, 0, 0),
    ],
)
def test_a_judge_that_is_not_clearly_better_than_chance_is_refused(found: Confusion) -> None:
    with pytest.raises(UninformativeJudgeError, match="not clearly better"):
        corrected_rate(240, 300, found)


@pytest.mark.parametrize(("yes", "n"), [(-1, 10), (11, 10), (0, 0)])
def test_counts_that_can_not_be_are_refused(yes: int, n: int) -> None:
    with pytest.raises(ValueError, match="is not a share"):
        corrected_rate(yes, n, confusion(90, 100, 90, 100))


def class_of(most_errors: float) -> st.SearchStrategy[tuple[int, int]]:
    """Return counts of right answers and of labels in one class."""
    sizes = st.integers(1, 300)
    return sizes.flatmap(lambda n: st.tuples(st.integers(int(n * (1 - most_errors)), n), st.just(n)))


def outcome(items: tuple[int, int], found: Confusion) -> Estimate | None:
    """Return the corrected rate, or None where it is refused."""
    try:
        return corrected_rate(*items, found)
    except UninformativeJudgeError:
        return None


items_of, judges_of = class_of(1), st.one_of(class_of(0.2), class_of(1))


@settings(deadline=None)
@given(items_of, judges_of, judges_of)
def test_every_answer_lies_within_its_interval_and_within_0_and_1(
    items: tuple[int, int], yes: tuple[int, int], no: tuple[int, int]
) -> None:
    found = confusion(*yes, *no)
    estimate = outcome(items, found)
    assert (estimate is None) is (informedness_limit(found) <= CLEARLY_ABOVE_CHANCE)
    if estimate is not None:
        assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1
        assert estimate.low < estimate.high


@settings(deadline=None)
@given(items_of, judges_of, judges_of)
def test_yes_and_no_are_treated_alike(items: tuple[int, int], yes: tuple[int, int], no: tuple[int, int]) -> None:
    one = outcome(items, confusion(*yes, *no))
    other = outcome((items[1] - items[0], items[1]), confusion(*no, *yes))
    assert (one is None) is (other is None)
    if one is not None and other is not None:
        assert (one.value, one.low, one.high) == pytest.approx((1 - other.value, 1 - other.high, 1 - other.low))
