"""What the models say twice on purpose is the same in both places."""

import typing

import jsonschema_rs
import pytest
from sqlalchemy import CheckConstraint

from knowledge.plain_text import is_blank, plain
from service.http import answers
from service.http.models import VISIBLE
from service.store import tables


def checked_values(table: type[tables.Row], column: str) -> set[str]:
    """Return the values that the database allows in a column."""
    constraints = [one for one in table.__table__.constraints if isinstance(one, CheckConstraint)]  # type: ignore[attr-defined]
    (listed,) = (str(one.sqltext) for one in constraints if str(one.sqltext).startswith(f"{column} IN "))
    return {value.strip("'") for value in listed.partition("(")[2].rstrip(")").split(", ")}


@pytest.mark.parametrize(
    ("model", "field", "table", "column"),
    [
        (answers.Said, "role", tables.Message, "role"),
        (answers.ConversationView, "state", tables.Conversation, "state"),
        (answers.CaseSummary, "kind", tables.CaseRow, "kind"),
        (answers.CaseSummary, "state", tables.CaseRow, "state"),
        (answers.ProposalView, "state", tables.ProposalRow, "state"),
        (answers.CorrectionView, "field", tables.Correction, "field"),
    ],
)
def test_closed_sets_are_those_of_the_database(
    model: type[answers.Answer], field: str, table: type[tables.Row], column: str
) -> None:
    assert set(typing.get_args(model.model_fields[field].annotation)) == checked_values(table, column)


@pytest.mark.parametrize(
    "text",
    [
        "a",
        " ",
        "\n\t ",
        "\u00a0",
        "\u2028",
        "\u200b",
        "\u200d",
        "\u2800",
        "\ue000",
        "\u202e",
        "é",
        "😀",
        "\u0301",
        " a\n",
    ],
)
def test_the_pattern_of_words_is_the_rule_of_tickets(text: str) -> None:
    assert jsonschema_rs.is_valid({"pattern": VISIBLE}, text) is not is_blank(plain(text))
    assert not jsonschema_rs.is_valid({"pattern": VISIBLE}, text + "\x00")
