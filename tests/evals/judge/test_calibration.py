"""A judge against labels: what is counted, and what is counted apart."""

import asyncio

import pytest

from evals.judge.calibration import Calibration, calibrate
from evals.judge.grading import Graded, grade_all
from evals.judge.judges import JUDGES
from evals.judge.labels import review
from evals.judge.protocol import Grade
from tests.evals.judge.labelled import ANSWERS, AnswerKey, label, labels


def calibrated(judge: object, rows: list) -> Calibration:
    return asyncio.run(calibrate(judge, ANSWERS, review(rows, "answers")))


def replies(start: int, stop: int) -> list[str]:
    return [f"reply to i{place:04}" for place in range(start, stop)]


def test_rates_are_counted_within_each_class() -> None:
    wrong = dict.fromkeys(replies(0, 6), Grade.NO) | dict.fromkeys(replies(60, 97), Grade.NO)
    found = calibrated(AnswerKey(wrong), labels(60, 40))
    assert found.confusion.model_dump() == {"tp": 54, "fn": 6, "tn": 37, "fp": 3}
    assert (found.tpr.value, found.tpr.n) == (0.9, 60)
    assert (found.tnr.value, found.tnr.n) == (0.925, 40)
    assert found.tpr.low < 0.9 < found.tpr.high
    assert found.agreement.value == 0.91
    assert (found.constant, found.constant_agreement.value) == ("always yes", 0.6)
    assert found.labels == 100


def test_cannot_tell_and_failures_are_neither_yes_nor_no() -> None:
    grades = dict.fromkeys(replies(0, 5), Grade.CANNOT_TELL) | dict.fromkeys(replies(5, 8), ConnectionError("secret"))
    grades |= dict.fromkeys(replies(60, 62), TimeoutError()) | dict.fromkeys(replies(62, 100), Grade.NO)
    found = calibrated(AnswerKey(grades), labels(60, 40))
    assert found.confusion.model_dump() == {"tp": 52, "fn": 0, "tn": 38, "fp": 0}
    assert (found.cannot_tell, found.failed, found.errors) == (5, 5, ("ConnectionError", "TimeoutError"))
    assert (found.tpr.unjudged, found.tnr.unjudged, found.agreement.unjudged, found.kappa.unjudged) == (8, 2, 10, 10)
    assert found.labels == 100


def test_what_people_can_not_tell_is_not_asked() -> None:
    judge = AnswerKey({})
    found = calibrated(
        judge, [label("a", "yes"), label("b", "cannot_tell"), label("c", "no"), label("c", "yes", by="x")]
    )
    assert judge.asked == ["reply to a"]
    assert (found.left_out.people_cannot_tell, found.left_out.ties) == (1, 1)


def test_people_are_compared_with_each_other() -> None:
    rows = [label(f"i{n}", "yes" if n < 5 else "no", by=by) for n in range(10) for by in ("x", "y")]
    rows += [label("i0", "no", by="z"), label("i9", "no", by="z")]
    found = {pair.people: pair.kappa for pair in calibrated(AnswerKey({}), rows).between_people}
    assert found["x", "y"].value == 1
    assert found["x", "z"].n == 2
    assert found["x", "z"].value == 0


@pytest.mark.parametrize(("name", "tpr", "tnr"), [("always-yes", 1, 0), ("always-no", 0, 1)])
def test_a_constant_judge_shows_in_one_rate_and_in_kappa(name: str, tpr: float, tnr: float) -> None:
    found = calibrated(JUDGES[name](), labels(180, 20))
    assert (found.tpr.value, found.tnr.value) == (tpr, tnr)
    assert found.kappa.value == pytest.approx(0)


def test_no_labels_give_no_numbers() -> None:
    found = calibrated(AnswerKey({}), [])
    assert (found.labels, found.tpr.value, found.tnr.value, found.kappa.value) == (0, None, None, None)
    assert found.constant_agreement.value is None


async def test_grades_keep_their_order_and_a_judge_that_hangs_is_left() -> None:
    class Slow:
        name = "slow"

        async def grade(self, criterion: object, ticket: str, reply: str) -> Grade:
            await asyncio.sleep(float(ticket))
            return Grade(reply)

    pairs = [("0.02", "yes"), ("0", "no"), ("60", "yes"), ("0.01", "cannot_tell")]
    found = await grade_all(Slow(), ANSWERS, pairs, seconds=0.5)
    assert found == [
        Graded(Grade.YES),
        Graded(Grade.NO),
        Graded(None, "TimeoutError"),
        Graded(Grade.CANNOT_TELL),
    ]
