"""Which columns are read, and which records can be decided."""

import pytest

from service.batch.columns import Columns, choose_columns
from service.batch.records import BadInputError, Place, Record, Unreadable
from service.batch.rows import Admission, Rejected, Row, id_key

COLUMNS = Columns("text", "id", "customer_id", "order_id")
NOTHING_TOLD: dict[str, str | None] = dict.fromkeys(("text", "id", "customer", "order"))


def record(number: int = 1, **values: object) -> Record:
    return Record(Place(0, number + 1, number), Place(1, number + 2, number + 1), values)


def admission(columns: Columns = COLUMNS, known: frozenset[bytes] = frozenset()) -> Admission:
    return Admission(columns, "0123456789abcdef", known.__contains__)


@pytest.mark.parametrize(
    ("found", "told", "expected"),
    [
        (("id", "text"), {}, Columns("text", "id")),
        (("Ticket_ID", "Message"), {}, Columns("Message", "Ticket_ID")),
        (("body", "subject", "customer_id", "order"), {}, Columns("body", None, "customer_id", "order")),
        (("words",), {}, Columns("words")),
        (("text", "body"), {"text": "body"}, Columns("body")),
        (("a", "b"), {"text": "b", "id": "a"}, Columns("b", "a")),
    ],
)
def test_columns_are_told_or_guessed(found: tuple[str, ...], told: dict[str, str], expected: Columns) -> None:
    assert choose_columns(found, NOTHING_TOLD | told) == expected


@pytest.mark.parametrize(
    ("found", "told", "words"),
    [(("a", "b"), {}, "--text"), (("a", "text"), {"id": "c"}, "no column 'c'"), ((), {}, "there are none")],
)
def test_columns_that_can_not_be_found_are_one_line(found: tuple[str, ...], told: dict[str, str], words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        choose_columns(found, NOTHING_TOLD | told)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"id": "1"}, "text is missing"),
        ({"id": "1", "text": None}, "text is missing"),
        ({"id": "1", "text": 5}, "text is no string"),
        ({"id": "1", "text": " \u200b\n"}, "text is empty"),
        ({"id": ["1"], "text": "a"}, "id is neither text nor a number"),
        ({"id": True, "text": "a"}, "id is neither text nor a number"),
        ({"id": "1" * 300, "text": "a"}, "id is longer"),
        ({"id": "1", "text": "a", "customer_id": {}}, "customer is neither"),
        ({"id": "1", "text": "a", "order_id": []}, "order is neither"),
    ],
)
def test_what_can_not_be_decided_is_rejected(values: dict[str, object], reason: str) -> None:
    found = admission().admit(record(**values), 0)
    assert isinstance(found, Rejected)
    assert reason in found.reason
    assert found.line == 2


def test_the_first_row_of_an_id_stays() -> None:
    known = frozenset({id_key("kept")})
    door = admission(known=known)
    assert isinstance(door.admit(record(1, id="a", text="x"), 0), Row)
    assert isinstance(door.admit(record(2, id="a", text="y"), 0), Rejected)
    assert isinstance(door.admit(record(3, id="kept", text="y"), 0), Rejected)
    door.kept(0)
    assert isinstance(door.admit(record(4, id="b", text="y"), 1), Row)


def test_a_rejected_row_does_not_take_its_id_from_a_good_one() -> None:
    door = admission()
    assert isinstance(door.admit(record(1, id="a", text=""), 0), Rejected)
    assert isinstance(door.admit(record(2, id="a", text="x"), 0), Row)


def test_a_row_without_an_id_gets_one_of_file_and_number() -> None:
    found = admission(Columns("text")).admit(record(7, text="x"), 0)
    assert isinstance(found, Row)
    assert found.id == "0123456789ab-7"


def test_numbers_are_ids_too() -> None:
    found = admission().admit(record(id=12, text="x", order_id=34), 0)
    assert isinstance(found, Row)
    assert (found.id, found.order) == ("12", "34")


def test_what_was_unreadable_stays_so() -> None:
    broken = Unreadable(Place(0, 3, 2), Place(1, 4, 3), "not utf-8")
    assert admission().admit(broken, 0) == Rejected(3, None, "not utf-8")
