"""The clustered bootstrap: what it covers in simulation, and that it never takes a collapsed interval for certainty."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn.metrics import f1_score

from evals.statistics.clusters import effective_answers, effective_clusters, percentile_interval, resampled_totals
from evals.statistics.proportions import share, wilson
from evals.statistics.resampling import TooFewError, cluster_bootstrap, macro_f1, mean_estimate


def names_of(numbers: np.ndarray) -> list[str]:
    return [f"conversation-{number}" for number in numbers]


def clustered_answers(
    chance: np.random.Generator, clusters: int, mean: float, likeness: float
) -> tuple[list[float], list[str]]:
    """1 to 5 answers a conversation; `likeness` near 0 makes those of one conversation all alike."""
    rates = chance.beta(mean * likeness, (1 - mean) * likeness, size=clusters)
    numbers = np.repeat(np.arange(clusters), chance.integers(1, 6, size=clusters))
    return (chance.random(len(numbers)) < rates[numbers]).astype(float).tolist(), names_of(numbers)


def covered(mean: float, clusters: int, likeness: float, simulations: int = 1000) -> float:
    chance = np.random.default_rng(11)
    hits = 0
    for seed in range(simulations):
        found = mean_estimate(*clustered_answers(chance, clusters, mean, likeness), resamples=500, seed=seed)
        hits += found.low <= mean <= found.high
    return hits / simulations


@pytest.mark.parametrize(("clusters", "likeness"), [(30, 1.0), (60, 1.0), (60, 10.0), (60, 0.1)])
def test_the_interval_of_a_clustered_share_covers_it(clusters: int, likeness: float) -> None:
    assert 0.93 <= covered(0.85, clusters, likeness) <= 0.975


@pytest.mark.parametrize(("mean", "clusters"), [(0.85, 8), (0.95, 15), (0.95, 60)])
def test_with_few_conversations_or_near_one_it_errs_on_the_wide_side(mean: float, clusters: int) -> None:
    """A percentile interval alone covers 0.85, 0.73 and 0.90 here."""
    assert covered(mean, clusters, 1.0) >= 0.92


def test_taking_clustered_answers_for_independent_covers_too_little() -> None:
    chance = np.random.default_rng(5)
    hits = 0
    for _ in range(1000):
        answers, _ = clustered_answers(chance, 30, 0.85, 0.5)
        low, high = wilson(sum(answers), len(answers))
        hits += low <= 0.85 <= high
    assert hits / 1000 < 0.88


def test_the_interval_of_a_mean_of_any_numbers_covers_it() -> None:
    chance = np.random.default_rng(7)
    numbers = np.repeat(np.arange(30), 3)
    hits = 0
    for seed in range(1000):
        values = 200 + chance.normal(size=30)[numbers] + chance.normal(size=90)
        found = mean_estimate(values.tolist(), names_of(numbers), resamples=500, seed=seed)
        hits += found.low <= 200 <= found.high
    assert 0.93 <= hits / 1000 <= 0.97


def test_single_answers_of_zero_and_one_are_a_share() -> None:
    values = [1.0, 0.0, None, 1.0, 1.0]
    assert mean_estimate(values) == share(3, 4, unjudged=1)
    assert mean_estimate(values, ["a", "b", "a", "c", "d"]) == share(3, 4, unjudged=1)


def test_a_flawless_run_is_as_uncertain_as_its_conversations_are_few() -> None:
    found = mean_estimate([1.0] * 120, names_of(np.repeat(np.arange(40), 3)))
    assert (found.value, found.low, found.high) == (1, pytest.approx(wilson(40, 40)[0]), 1)
    alone = mean_estimate([1.0] * 120, ["one"] * 120)
    assert alone.low == pytest.approx(wilson(1, 1)[0])


def test_all_alike_without_bounds_has_no_interval() -> None:
    found = mean_estimate([12.5] * 10)
    assert (found.value, found.low, found.high, found.n) == (12.5, None, None, 10)


def test_nothing_judged_has_no_mean() -> None:
    found = mean_estimate([None, None], ["a", "b"])
    assert (found.value, found.n, found.unjudged) == (None, 0, 2)
    assert mean_estimate([]).value is None


VALUES = st.lists(
    st.tuples(st.one_of(st.none(), st.floats(-50, 50), st.sampled_from([0.0, 1.0])), st.sampled_from("abcdefg")),
    min_size=1,
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(VALUES)
def test_the_interval_holds_the_mean_and_unjudged_are_counted(rows: list[tuple[float | None, str]]) -> None:
    values, clusters = [value for value, _ in rows], [name for _, name in rows]
    found = mean_estimate(values, clusters, resamples=200)
    assert found.n + found.unjudged == len(rows)
    assert found.unjudged == values.count(None)
    if found.low is not None:
        assert found.low <= found.value <= found.high


@settings(max_examples=30, deadline=None)
@given(VALUES, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(rows: list[tuple[float | None, str]], shuffler: object) -> None:
    shuffled = list(rows)
    shuffler.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = (
        mean_estimate([value for value, _ in some], [name for _, name in some], resamples=200)
        for some in (rows, shuffled)
    )
    assert one.method == other.method
    assert (one.low, one.high) == pytest.approx((other.low, other.high), abs=1e-9)


def test_numbers_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        mean_estimate([1.0, math.nan])
    with pytest.raises(ValueError, match="2 clusters for 1 rows"):
        mean_estimate([1.0], ["a", "b"])


def test_any_statistic_agrees_with_the_mean_made_of_sums() -> None:
    chance = np.random.default_rng(3)
    numbers = np.repeat(np.arange(25), 4)
    values = (chance.normal(size=25)[numbers] + chance.normal(size=100)).tolist()
    found = mean_estimate(values, names_of(numbers))
    slow = cluster_bootstrap(lambda rows: sum(rows) / len(rows), values, names_of(numbers))
    assert slow == pytest.approx((found.low, found.high), abs=1e-12)


def test_resamples_without_the_statistic_are_left_out() -> None:
    rows = [(True, 1.0), (False, 0.0), (False, 0.0), (True, 3.0)]

    def mean_of_flagged(drawn: list[tuple[bool, float]]) -> float:
        flagged = [value for flag, value in drawn if flag]
        return sum(flagged) / len(flagged) if flagged else math.nan

    assert cluster_bootstrap(mean_of_flagged, rows, ["a", "b", "c", "d"]) == (1, 3)
    with pytest.raises(ValueError, match="no resample"):
        cluster_bootstrap(lambda _: math.nan, rows, ["a", "b", "c", "d"])


def test_one_conversation_is_too_few_to_draw_from() -> None:
    with pytest.raises(TooFewError) as caught:
        cluster_bootstrap(lambda rows: float(sum(rows)), [1, 2], ["a", "a"])
    assert (caught.value.given, caught.value.needed) == (1, 2)


def test_the_percentiles_are_students_and_for_the_unbiased_variance() -> None:
    """For 10 clusters 2.262 * sqrt(10 / 9) standard errors of the resampled statistic, not 1.960."""
    drawn = norm.ppf((np.arange(200_000) + 0.5) / 200_000)
    assert percentile_interval(drawn, 10) == pytest.approx((-2.3846, 2.3846), abs=1e-3)
    assert percentile_interval(drawn, 10_000) == pytest.approx((-1.96, 1.96), abs=2e-3)


def test_whole_clusters_are_drawn() -> None:
    totals = resampled_totals(np.array([[5.0, 1.0], [0.0, 1.0], [7.0, 1.0]]), resamples=300)
    assert set(totals[:, 1]) == {3.0}
    assert {0.0, 5.0, 7.0, 12.0, 21.0} <= set(totals[:, 0])
    assert len(resampled_totals(np.ones((3, 1)), resamples=77)) == 77


def test_effective_numbers() -> None:
    numbers = np.array([0, 0, 1, 1, 2, 2])
    assert effective_clusters(numbers) == 3
    assert effective_clusters(np.array([0, 0, 0, 1])) == pytest.approx(16 / 10)
    all_alike = np.array([1.0, 1.0, 0.0, 0.0, 1.0, 1.0])
    assert effective_answers(all_alike, numbers)[0] == 3
    assert effective_answers(np.ones(6), numbers) == (3, pytest.approx(0.05))
    effective, alpha = effective_answers(np.array([1.0, 0.0, 1.0, 1.0, 1.0, 0.0]), numbers)
    assert 3 <= effective <= 6
    assert norm.isf(alpha / 2) == pytest.approx(4.3027, abs=1e-4)  # Student's with two degrees of freedom


LABELS = ["ask", "buy", "cry", "die"]
ANSWERS = st.lists(st.tuples(*[st.sampled_from(LABELS[:3])] * 2, st.sampled_from("abcde")), min_size=2, max_size=40)


@settings(max_examples=60, deadline=None)
@given(ANSWERS)
def test_macro_f1_is_sklearns_over_the_labels_that_occur(rows: list[tuple[str, str, str]]) -> None:
    expected, got, clusters = (list(column) for column in zip(*rows, strict=True))
    found = macro_f1(expected, got, LABELS, clusters, resamples=200)
    assert found.value == pytest.approx(f1_score(expected, got, average="macro", zero_division=0.0))
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_macro_f1_of_a_flawless_run_is_not_certain_and_less_so_with_a_rare_label() -> None:
    even = ["ask"] * 20 + ["buy"] * 20
    skewed = ["ask"] * 38 + ["buy"] * 2
    alone = [str(number) for number in range(40)]
    one, other = (macro_f1(truth, truth, LABELS, alone) for truth in (even, skewed))
    assert one.low == pytest.approx(wilson(40, 40)[0])
    assert other.low < one.low < one.value == 1


def test_macro_f1_draws_the_same_as_sklearn_on_every_resample() -> None:
    """One label is in one conversation only, so that many resamples lack it and have a mean over fewer labels."""
    chance = np.random.default_rng(2)
    expected = ["die", *chance.choice(LABELS[:3], size=79).tolist()]
    got = [label if chance.random() < 0.7 or label == "die" else "ask" for label in expected]
    clusters = names_of(np.repeat(np.arange(20), 4))
    found = macro_f1(expected, got, LABELS, clusters, resamples=50)
    slow = cluster_bootstrap(
        lambda rows: float(
            f1_score([row[0] for row in rows], [row[1] for row in rows], average="macro", zero_division=0.0)
        ),
        list(zip(expected, got, strict=True)),
        clusters,
        resamples=50,
    )
    assert slow == pytest.approx((found.low, found.high))


def test_macro_f1_leaves_out_what_was_not_judged() -> None:
    found = macro_f1(["ask", "buy", "buy"], ["ask", None, "buy"], LABELS, ["a", "b", "c"])
    assert (found.value, found.n, found.unjudged) == (1, 2, 1)
    assert macro_f1(["ask"], [None], LABELS).value is None
    assert macro_f1([], [], LABELS).value is None
    with pytest.raises(ValueError, match="1 expected and 2 got"):
        macro_f1(["ask"], ["ask", "buy"], LABELS)
