"""What a server's refusals mean, and how long it asks to be left alone, in each form of Retry-After."""

from datetime import UTC, datetime

import pytest

from agent.models.openai.faults import wanted_pause

NOW = datetime(2026, 11, 28, 12, 0, 0, tzinfo=UTC)
PAUSES = [
    ("0.5", None, 0.5),
    ("30", None, 30.0),
    ("0", None, 0.0),
    (None, "250", 0.25),
    ("30", "250", 0.25),
    ("Sat, 28 Nov 2026 12:00:30 GMT", None, 30.0),
    ("Sat, 28 Nov 2026 12:00:30 +0000", None, 30.0),
    ("Sat, 28 Nov 2026 11:00:00 GMT", None, 0.0),
    (None, None, None),
    ("", None, None),
    ("soon", None, None),
    ("-5", None, None),
    ("nan", None, None),
    ("inf", None, None),
    ("1e400", None, None),
    ("30", "soon", 30.0),
]


@pytest.mark.parametrize(("after", "after_ms", "wanted"), PAUSES)
def test_each_form_of_retry_after(after: str | None, after_ms: str | None, wanted: float | None) -> None:
    assert wanted_pause(after, after_ms, NOW) == wanted
