"""One object a line, and nothing of what a customer wrote."""

import asyncio
import json
import logging

import pytest

from service.logs import JsonLines

CANARY = "canary-6F1D"


def line(record: logging.LogRecord) -> dict[str, str]:
    """Return a record as it is logged."""
    formatted = JsonLines().format(record)
    assert "\n" not in formatted
    assert formatted.isascii()
    found: dict[str, str] = json.loads(formatted)
    return found


@pytest.mark.parametrize("message", ["a\r\nforged line", "a\x1b[31mred", "a\u2028b", "a\u202eb", "\ud800"])
def test_nothing_in_a_message_breaks_a_line(message: str) -> None:
    assert line(logging.LogRecord("x", logging.INFO, "", 0, message, None, None))["message"].startswith(message[0])


def test_an_exception_is_named_by_its_kind_only() -> None:
    try:
        raise ValueError(CANARY)
    except ValueError as problem:
        info = (ValueError, problem, problem.__traceback__)
    found = line(logging.LogRecord("x", logging.ERROR, "", 0, "It failed.\n", None, info))
    assert found["exception"] == "ValueError"
    assert CANARY not in str(found)


def test_of_a_traceback_the_kind_is_kept() -> None:
    text = f"Traceback (most recent call last):\n  File x\na.b.SomeError: {CANARY}\n"
    found = line(logging.LogRecord("x", logging.ERROR, "", 0, text, None, None))
    assert found["message"] == "Traceback (most recent call last): a.b.SomeError"


def test_what_asyncio_says_of_a_failure_does_not_repeat_it(caplog: pytest.LogCaptureFixture) -> None:
    loop = asyncio.new_event_loop()
    future = loop.create_future()
    future.set_exception(ValueError(CANARY))
    loop.default_exception_handler({"message": "Future exception was never retrieved", "future": future})
    future.exception()
    loop.close()
    assert CANARY in caplog.records[0].getMessage()
    assert CANARY not in str(line(caplog.records[0]))
