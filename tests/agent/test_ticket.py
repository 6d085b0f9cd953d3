"""What a door may hand in, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.ticket import LONGEST_TEXT, LONGEST_VALUE, MOST_METADATA, EmptyTicketError, Ticket

ANYTHING = st.text(alphabet=st.characters(min_codepoint=0, max_codepoint=0x10FFFF), max_size=200)


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\u200b\u200b", "\u202e", "\x00", "\ud800", "\u2800"])
def test_nothing_to_read_is_refused(text: str) -> None:
    with pytest.raises(EmptyTicketError):
        Ticket.of(text)


@pytest.mark.parametrize("length", [LONGEST_TEXT - 1, LONGEST_TEXT, LONGEST_TEXT + 1, 5 * LONGEST_TEXT])
def test_what_is_too_long_is_cut_and_said_to_be(length: int) -> None:
    ticket = Ticket.of("x" * length)
    assert len(ticket.text) == min(length, LONGEST_TEXT)
    assert ticket.cut is (length > LONGEST_TEXT)


@given(ANYTHING, st.one_of(st.none(), ANYTHING), st.dictionaries(ANYTHING, ANYTHING, max_size=40))
def test_any_text_and_metadata_is_cleaned_or_refused(text: str, id: str | None, metadata: dict[str, str]) -> None:
    try:
        ticket = Ticket.of(text, customer_id=id, order_id=id, metadata=metadata)
    except EmptyTicketError:
        return
    ticket.model_dump_json().encode("utf-8")
    assert len(ticket.metadata) <= MOST_METADATA
    assert all(len(key) <= LONGEST_VALUE and len(value) <= LONGEST_VALUE for key, value in ticket.metadata.items())
    assert ticket.order_id is None or 0 < len(ticket.order_id) <= LONGEST_VALUE


def test_ids_are_ascii_and_new_for_each_ticket() -> None:
    first, second = Ticket.of("hello"), Ticket.of("hello")
    assert first.ticket_id != second.ticket_id
    assert first.ticket_id.isascii()
    assert first.conversation_id.isascii()
