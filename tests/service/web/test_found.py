"""What was found, in words."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from agent.trace import Classified, PassageFound, StepDone, StepFailed, Trace
from service.web.found import Piece, pieces, steps_taken


def test_quotes_are_marked_where_they_stand() -> None:
    assert pieces("You have 30 days. Then no more.", ["30 days"]) == [
        Piece("You have ", quoted=False),
        Piece("30 days", quoted=True),
        Piece(". Then no more.", quoted=False),
    ]


@given(st.text(max_size=40), st.lists(st.text(max_size=10), max_size=4))
def test_pieces_are_the_text_and_neighbours_differ(text: str, quotes: list[str]) -> None:
    found = pieces(text, quotes)
    assert "".join(piece.text for piece in found) == text
    assert all(one.quoted != other.quoted for one, other in pairwise(found))
    for quote in quotes:
        if quote and quote in text:
            assert any(piece.quoted for piece in found)


def test_events_belong_to_the_step_that_ends_after_them() -> None:
    events = (
        Classified(category="refund_request", topic="claim", confidence=0.91, kept=False),
        StepDone(step="classify", duration_ms=5.0),
        PassageFound(passage_id="refunds#when", score=0.8),
        StepFailed(step="retrieve", error="TimeoutError"),
    )
    first, last = steps_taken(Trace(trace_id="r", ticket_id="t", release="e", prompt_hashes={}, events=events))
    assert first.title == "Found out what it is about"
    assert first.lines == ["Taken for refund request (claim), 91% sure."]
    assert last.title == "Ended early"
    assert last.lines[-1] == "Looked for policies failed: TimeoutError."
