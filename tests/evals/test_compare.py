"""What may be said of two results, and what may not."""

from collections.abc import Callable

from evals.compare import compare
from evals.result import DataUsed, Result
from evals.statistics.verdict import Verdict

Make = Callable[..., Result]


def right(n: int, wrong: range) -> list[bool]:
    return [place not in wrong for place in range(n)]


def test_a_result_compared_with_itself_shows_no_difference(make_result: Make) -> None:
    result = make_result(right(120, range(20)))
    compared = compare(result, result)
    assert compared.verdict.verdict is Verdict.NO_DIFFERENCE
    assert compared.changes == ()
    assert compared.measures["task_completion"].difference.value == 0


def test_two_points_on_120_cases_are_not_enough_data(make_result: Make) -> None:
    before = make_result(right(120, range(22)))
    for after in (right(120, range(2, 22)), right(120, range(18, 38))):  # 2 gained; 18 gained and 16 lost
        compared = compare(before, make_result(after))
        assert compared.measures["task_completion"].difference.value == 2 / 120
        assert compared.verdict.verdict is Verdict.NOT_ENOUGH
        assert compared.verdict.cases_needed is not None
        assert compared.verdict.cases_needed > 120


def test_82_to_93_percent_on_120_paired_cases(make_result: Make) -> None:
    before = make_result(right(120, range(22)))  # 98 right
    compared = compare(before, make_result(right(120, range(14, 22))))  # 112 right, none lost
    paired = compared.measures["task_completion"]
    assert compared.verdict.verdict is Verdict.BETTER
    assert (paired.only_a, paired.only_b) == (0, 14)
    assert paired.difference.low is not None
    assert 0.06 < paired.difference.low < 0.08
    assert paired.difference.high is not None
    assert 0.18 < paired.difference.high < 0.20
    assert compared.counts == {"fixed": 14}
    back = compare(make_result(right(120, range(14, 22))), before)
    assert back.verdict.verdict is Verdict.WORSE
    assert back.counts == {"broken": 14}
    assert back.by_cause == {"broken: wrong category": 14}


def test_results_on_other_cases_are_not_comparable(make_result: Make) -> None:
    one = make_result(right(30, range(3)))
    data = DataUsed(name="other", sha256="1" * 64, cases=30, judged_by="end state")
    for other in (one.model_copy(update={"data": data}), make_result(right(29, range(3)))):
        compared = compare(one, other)
        assert compared.verdict.verdict is Verdict.NOT_COMPARABLE
        assert "different cases" in compared.verdict.reason


def test_single_cases_of_a_sealed_result_are_not_named(make_result: Make) -> None:
    one, other = (make_result(right(30, range(wrong))) for wrong in (3, 9))
    data = one.data.model_copy(update={"sealed": True})
    compared = compare(one.model_copy(update={"data": data}), other.model_copy(update={"data": data}))
    assert compared.changes == ()
    assert compared.counts == {"broken": 6}
