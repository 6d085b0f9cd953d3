"""The judges without a model."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.judge.judges import JUDGES, by_overlap, content_words
from evals.judge.protocol import Grade
from tests.evals.judge.labelled import ANSWERS

TICKET = "Where is my parcel? Order A-10234 should have arrived on Tuesday."


@pytest.mark.parametrize(
    ("reply", "grade"),
    [
        ("Your parcel of order A-10234 is on its way.", Grade.YES),
        ("You can return bedding within 30 days.", Grade.NO),
        ("", Grade.NO),
    ],
)
def test_overlap_looks_for_the_words_of_the_ticket(reply: str, grade: Grade) -> None:
    assert by_overlap(TICKET, reply) is grade


@pytest.mark.parametrize("ticket", ["", "?!", "where is it", "please, thanks"])
def test_overlap_can_not_tell_without_content_words(ticket: str) -> None:
    assert by_overlap(ticket, "Your parcel is on its way.") is Grade.CANNOT_TELL


@given(st.text(), st.text())
def test_overlap_answers_everything_and_a_repeated_ticket_with_yes(ticket: str, reply: str) -> None:
    told = bool(content_words(ticket))
    assert (by_overlap(ticket, reply) is Grade.CANNOT_TELL) is not told
    assert by_overlap(ticket, f"{ticket} {reply}") is (Grade.YES if told else Grade.CANNOT_TELL)


async def test_judges_bear_the_names_by_which_they_are_asked_for() -> None:
    assert {name: make().name for name, make in JUDGES.items()} == {name: name for name in JUDGES}
    assert await JUDGES["always-yes"]().grade(ANSWERS, TICKET, "") is Grade.YES
    assert await JUDGES["always-no"]().grade(ANSWERS, TICKET, TICKET) is Grade.NO
