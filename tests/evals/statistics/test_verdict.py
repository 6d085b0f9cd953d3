"""What may be said of two agents, above all where it may not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multinomial

from evals.statistics.paired import Paired, compare_paired
from evals.statistics.power import cases_needed
from evals.statistics.verdict import Decided, Verdict, judge_difference

OPPOSITE = {Verdict.BETTER: Verdict.WORSE, Verdict.WORSE: Verdict.BETTER}


def pairs(right_a: int, only_a: int, only_b: int, n: int = 120, size: int = 1) -> Paired:
    """A is right on right_a cases, of which B loses only_a, and B gains only_b others; `size` cases a conversation."""
    a = [True] * right_a + [False] * (n - right_a)
    b = [False] * only_a + [True] * (right_a - only_a + only_b) + [False] * (n - right_a - only_b)
    return compare_paired(a, b, [str(number // size) for number in range(n)])


@pytest.mark.parametrize(("only_a", "only_b"), [(0, 2), (1, 3), (3, 5), (9, 11), (19, 21)])
def test_two_cases_more_of_120_are_not_enough_to_tell(only_a: int, only_b: int) -> None:
    paired = pairs(99, only_a, only_b)
    assert paired.both + paired.only_b == 101
    decided = judge_difference(paired)
    assert decided.verdict is Verdict.NOT_ENOUGH
    assert decided.cases_needed > 300
    assert str(decided.cases_needed) in decided.reason
    assert paired.difference.low < 0 < paired.difference.high


def test_the_number_grows_with_what_is_discordant() -> None:
    numbers = [judge_difference(pairs(99, lost, lost + 2)).cases_needed for lost in (0, 1, 3, 9, 19)]
    assert numbers == sorted(numbers)
    assert numbers[0] == 391
    assert numbers[-1] > 6000


@pytest.mark.parametrize(
    ("only_a", "only_b", "interval"), [(0, 14, (0.0708, 0.1863)), (3, 17, (0.0486, 0.1947)), (8, 22, (0.0288, 0.2075))]
)
def test_from_82_to_93_percent_of_120_is_better(only_a: int, only_b: int, interval: tuple[float, float]) -> None:
    paired = pairs(98, only_a, only_b)
    assert (paired.both + paired.only_b) - (paired.both + paired.only_a) == 14
    assert (paired.difference.low, paired.difference.high) == pytest.approx(interval, abs=1e-4)
    assert paired.mcnemar_p < 0.05
    decided = judge_difference(paired)
    assert (decided.verdict, decided.cases_needed) == (Verdict.BETTER, None)


def test_the_same_gain_within_whole_conversations_is_less_certain() -> None:
    """14 cases gained are two conversations of seven; the exact test alone would call that certain."""
    paired = pairs(98, 0, 14, n=119, size=7)
    assert paired.mcnemar_p < 0.001
    decided = judge_difference(paired)
    assert decided.verdict is Verdict.NOT_ENOUGH
    assert decided.cases_needed > paired.n


def test_a_result_with_itself_shows_no_difference() -> None:
    decided = judge_difference(pairs(98, 0, 0))
    assert decided.verdict is Verdict.NO_DIFFERENCE
    assert "identical" in decided.reason
    assert "[-0.031, 0.031] n=120" in decided.reason


def test_the_whole_interval_within_the_margin_shows_no_difference() -> None:
    paired = pairs(3400, 40, 44, n=4000)
    assert judge_difference(paired).verdict is Verdict.NO_DIFFERENCE
    assert judge_difference(paired, smallest_that_matters=0.005).verdict is Verdict.NOT_ENOUGH


def test_a_certain_difference_too_small_to_matter_says_so() -> None:
    decided = judge_difference(pairs(3400, 10, 40, n=4000))
    assert decided.verdict is Verdict.BETTER
    assert "less than 0.02" in decided.reason


def test_five_gained_and_none_lost_is_below_what_the_exact_test_can_say() -> None:
    paired = pairs(98, 0, 5)
    assert paired.difference.low > 0
    assert paired.mcnemar_p > 0.05
    assert judge_difference(paired).verdict is Verdict.NOT_ENOUGH


def test_cases_in_conversations_need_more_of_them() -> None:
    alone, together = pairs(96, 8, 12), pairs(96, 8, 12, size=4)
    assert judge_difference(together).cases_needed > 2 * judge_difference(alone).cases_needed


def test_beyond_the_margins_own_number_it_names_one_that_is_still_ahead() -> None:
    """2500 cases would find 0.02 at this share of discordant ones; that 0.0096 is either needs more."""
    paired = pairs(2000, 88, 112, n=2500)
    assert cases_needed(paired.discordant / 2500, 0.02) < 2500
    assert 2500 < judge_difference(paired).cases_needed < 4000


def test_nothing_in_common_is_not_comparable() -> None:
    decided = judge_difference(compare_paired([None, True], [False, None]))
    assert (decided.verdict, decided.cases_needed) == (Verdict.NOT_COMPARABLE, None)


TABLES = st.tuples(st.integers(0, 200), st.integers(0, 40), st.integers(0, 40), st.integers(0, 60), st.integers(1, 3))


@settings(max_examples=100, deadline=None)
@given(TABLES)
def test_the_verdict_flips_with_the_agents_and_keeps_its_rules(table: tuple[int, int, int, int, int]) -> None:
    both, only_a, only_b, neither, size = table
    a = [True] * (both + only_a) + [False] * (only_b + neither)
    b = [True] * both + [False] * only_a + [True] * only_b + [False] * neither
    names = [str(number // size) for number in range(len(a))]
    one = compare_paired(a, b, names, resamples=300)
    decided, flipped = judge_difference(one), judge_difference(compare_paired(b, a, names, resamples=300))
    assert flipped.verdict is OPPOSITE.get(decided.verdict, decided.verdict)
    assert (decided.cases_needed is not None) == (decided.verdict is Verdict.NOT_ENOUGH)
    if decided.verdict in OPPOSITE:
        assert one.mcnemar_p < 0.05
        assert one.difference.low > 0 or one.difference.high < 0
    if decided.cases_needed is not None:
        assert decided.cases_needed > one.n
    if decided.verdict is Verdict.NO_DIFFERENCE and one.discordant:
        assert -0.02 <= one.difference.low <= one.difference.high <= 0.02


def test_equal_agents_are_called_different_in_at_most_one_run_of_twenty() -> None:
    """Every table of 60 pairs that can happen between equal agents with a fifth discordant, by its probability."""
    wrong = sum(
        multinomial.pmf([lost, gained, 60 - lost - gained], 60, [0.1, 0.1, 0.8])
        for lost in range(25)
        for gained in range(25)
        if judge_difference(pairs(30, lost, gained, n=60)).verdict in OPPOSITE
    )
    assert 0.005 < wrong <= 0.05


def test_it_survives_json_and_refuses_a_margin_that_is_none() -> None:
    decided = judge_difference(pairs(99, 1, 3))
    assert Decided.model_validate_json(decided.model_dump_json()) == decided
    for margin in (0.0, 1.0, -0.1):
        with pytest.raises(ValueError, match="no share that could matter"):
            judge_difference(pairs(99, 1, 3), smallest_that_matters=margin)
