"""Two agents on the same cases."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar

from evals.statistics.paired import Paired, compare_paired, mcnemar_p
from evals.statistics.score_interval import tango_interval

ANSWER = st.sampled_from([True, True, True, False, None])
ROWS = st.lists(st.tuples(ANSWER, ANSWER, st.sampled_from("abcdefgh")), min_size=1, max_size=60)


def test_it_counts_the_table_and_leaves_out_what_either_was_not_judged_on() -> None:
    a = [True, True, False, False, None, True]
    b = [True, False, True, False, True, None]
    found = compare_paired(a, b)
    assert (found.both, found.only_a, found.only_b, found.neither, found.n) == (1, 1, 1, 1, 4)
    assert (found.discordant, found.clusters, found.difference.unjudged) == (2, 4, 2)
    assert found.difference.value == 0


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_exact_p_is_that_of_statsmodels(only_a: int, only_b: int) -> None:
    expected = mcnemar([[5, only_a], [only_b, 5]], exact=True).pvalue
    assert mcnemar_p(only_a, only_b) == pytest.approx(expected)
    assert mcnemar_p(only_b, only_a) == mcnemar_p(only_a, only_b)


@settings(max_examples=80, deadline=None)
@given(ROWS)
def test_swapping_the_agents_mirrors_everything(rows: list[tuple[bool | None, bool | None, str]]) -> None:
    a, b, clusters = (list(column) for column in zip(*rows, strict=True))
    one, other = compare_paired(a, b, clusters, resamples=200), compare_paired(b, a, clusters, resamples=200)
    assert (one.only_a, one.only_b, one.n) == (other.only_b, other.only_a, other.n)
    assert one.mcnemar_p == other.mcnemar_p
    if one.difference.value is None:
        assert one.n == other.n == 0
        return
    assert one.difference.low <= one.difference.value <= one.difference.high
    mirrored = (-other.difference.high, -other.difference.low)
    assert (one.difference.low, one.difference.high) == pytest.approx(mirrored, abs=1e-9)


def test_cases_of_their_own_conversation_get_tangos_interval() -> None:
    a, b = [True] * 60 + [False] * 60, [True] * 57 + [False] * 3 + [True] * 17 + [False] * 43
    found = compare_paired(a, b, [str(number) for number in range(120)])
    assert (found.difference.low, found.difference.high) == tango_interval(3, 17, 120) == found.score_interval
    assert found.bootstrap_interval is None
    assert found == compare_paired(a, b)


def test_cases_that_share_conversations_get_a_wider_one() -> None:
    """Each conversation of four swings as a whole, so there are 30 answers, not 120."""
    swings = [1] * 7 + [-1] * 3 + [0] * 20
    a = [swing < 0 or swing == 0 for swing in swings for _ in range(4)]
    b = [swing > 0 or swing == 0 for swing in swings for _ in range(4)]
    found = compare_paired(a, b, [str(number // 4) for number in range(120)])
    assert found.mcnemar_p < 0.05  # which takes them for 40 independent discordant cases
    width = found.difference.high - found.difference.low
    assert width > 1.8 * (found.score_interval[1] - found.score_interval[0])
    assert width >= found.bootstrap_interval[1] - found.bootstrap_interval[0]
    assert found.difference.low < 0 < found.difference.high


def test_it_is_the_bootstraps_where_that_is_the_wider_one() -> None:
    chance = np.random.default_rng(12)
    methods = set()
    for _ in range(20):
        found = swinging(chance, 12, 4, (0.5, 0.3))
        methods.add(found.difference.method)
        width = found.bootstrap_interval[1] - found.bootstrap_interval[0]
        assert found.difference.high - found.difference.low >= width - 1e-12
    assert methods == {"clustered bootstrap", "tango on effective cases"}


def test_without_any_discordant_case_the_conversations_count() -> None:
    same = [True] * 90 + [False] * 30
    found = compare_paired(same, same, [str(number // 3) for number in range(120)])
    assert found.bootstrap_interval == (0, 0)
    assert (found.difference.low, found.difference.high) == pytest.approx(tango_interval(0, 0, 40))
    alone = compare_paired(same, same, ["one"] * 120)
    assert (alone.difference.low, alone.difference.high) == pytest.approx(tango_interval(0, 0, 1))


def swinging(chance: np.random.Generator, clusters: int, size: int, rates: tuple[float, float]) -> Paired:
    """Whole conversations that only B, or only A, gets right, at these rates; the rest both get right."""
    draw = np.repeat(chance.random(clusters), size)
    a, b = draw >= rates[0], ~((draw >= rates[0]) & (draw < sum(rates)))
    names = [str(number // size) for number in range(clusters * size)]
    return compare_paired(a.tolist(), b.tolist(), names, resamples=300, seed=int(chance.integers(10**6)))


@pytest.mark.parametrize(("clusters", "rates"), [(30, (0.1, 0.1)), (60, (0.15, 0.05)), (60, (0.05, 0.05))])
def test_the_interval_covers_where_whole_conversations_swing(clusters: int, rates: tuple[float, float]) -> None:
    chance, true = np.random.default_rng(8), rates[0] - rates[1]
    found = [swinging(chance, clusters, 4, rates) for _ in range(1000)]
    inside = np.mean([one.difference.low <= true <= one.difference.high for one in found])
    as_if_independent = np.mean([one.score_interval[0] <= true <= one.score_interval[1] for one in found])
    assert 0.935 <= inside <= 0.995  # on the wide side, since it is the wider of two
    assert as_if_independent < 0.85


def test_it_covers_where_conversations_are_merely_alike() -> None:
    chance, size, clusters = np.random.default_rng(6), 3, 40
    numbers = np.repeat(np.arange(clusters), size)
    names, hits = [str(number) for number in numbers], 0
    for seed in range(1000):
        rates = chance.beta(4, 1, size=(2, clusters))[:, numbers]
        a, b = chance.random((2, len(numbers))) < rates
        difference = compare_paired(a.tolist(), b.tolist(), names, resamples=300, seed=seed).difference
        hits += difference.low <= 0 <= difference.high
    assert 0.93 <= hits / 1000 <= 0.975


def test_nothing_to_compare() -> None:
    found = compare_paired([None, True], [True, None])
    assert (found.n, found.difference.value, found.score_interval, found.mcnemar_p) == (0, None, None, 1)
    with pytest.raises(ValueError, match="2 answers of A and 1 of B"):
        compare_paired([True, True], [True])


def test_it_survives_json() -> None:
    found = compare_paired([True, False, True, True], [True, True, False, True], ["a", "a", "b", "c"])
    assert Paired.model_validate_json(found.model_dump_json()) == found
