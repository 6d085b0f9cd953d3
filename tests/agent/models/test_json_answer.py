"""Exactly one JSON object is an answer; what is only nearly one is none."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.models.json_answer import NotAnAnswer, json_object

ANSWERS = {
    "plain": '{"a": 1}',
    "space around it": '\n  {"a": 1}\n',
    "a fence around it": '```json\n{"a": 1}\n```',
    "a fence without a name": '```\n{"a": 1}\n```',
    "thoughts before it": '<think>It could be {"a": 2}.</think>\n{"a": 1}',
}


@pytest.mark.parametrize("text", ANSWERS.values(), ids=ANSWERS)
def test_one_object_is_read(text: str) -> None:
    assert json_object(text) == {"a": 1}


def test_line_breaks_within_a_text_are_read() -> None:
    assert json_object('{"a": "one\n\ntwo\tthree"}') == {"a": "one\n\ntwo\tthree"}


NO_ANSWERS = {
    "nothing": "",
    "words": "I would say a refund.",
    "words before it": 'Sure: {"a": 1}',
    "words behind it": '{"a": 1} Hope this helps.',
    "two": '{"a": 1} {"a": 2}',
    "two fences": '```json\n{"a": 1}\n```\n```json\n{"a": 2}\n```',
    "a list": '[{"a": 1}]',
    "a text": '"a"',
    "cut off": '{"a": 1',
    "single quotes": "{'a': 1}",
    "a key twice": '{"a": 1, "a": 2}',
    "a key twice within": '{"a": {"b": 1, "b": 2}}',
    "not a number": '{"a": NaN}',
    "infinity": '{"a": -Infinity}',
    "a comment": '{"a": 1 /* yes */}',
    "thoughts without an end": '<think>{"a": 1}',
    "a thousand deep": '{"a": ' * 1000 + "1" + "}" * 1000,
    "a hundred thousand deep": "[" * 100_000,
    "deeper than any schema": json.dumps({"a": [[[[[[[[[1]]]]]]]]]}),
}


@pytest.mark.parametrize("text", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(NotAnAnswer):
        json_object(text)


@given(st.dictionaries(st.text(), st.integers() | st.text(), max_size=4))
def test_what_was_written_is_read(value: dict[str, object]) -> None:
    assert json_object(json.dumps(value)) == value


@given(st.text())
def test_no_text_raises_anything_else(text: str) -> None:
    try:
        found = json_object(text)
    except NotAnAnswer:
        return
    assert isinstance(found, dict)
