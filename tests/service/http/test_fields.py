"""Fields that say nothing, too much, or in other characters than they may; and texts that grow when they are read."""

import json
import time

import pytest

from tests.service.http import raw
from tests.service.http.refusals import CANARY, ROUTES, refused
from tests.service.serving import Served

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.mark.parametrize(
    "message", ["", "   \\t\\n ", "\u200b\u200c\u200d\u2060\ufeff", "\u00ad\u2800\ufeff"], ids=ascii
)
def test_a_message_that_nobody_could_read_is_refused(served: Served, message: str) -> None:
    for route in ROUTES:
        if route.message:
            refused(served, raw.post(route.path, served.keys["admin"], route.body(f'"{message}"')), 422)


@pytest.mark.parametrize(
    "id",
    [
        pytest.param(f"{CANARY}\uff11\uff12", id="full-width digits"),
        pytest.param(f"{CANARY}\u0661\u0662", id="Arabic digits"),
        pytest.param(f"\u0410-10234{CANARY}", id="a Cyrillic A"),
        pytest.param(f"{CANARY}\n", id="a line break"),
        pytest.param(f"{CANARY}\u2028", id="a line separator"),
        pytest.param(f" {CANARY}\t", id="a tab"),
        pytest.param(CANARY + "x" * 128, id="too long"),
        pytest.param("", id="empty"),
    ],
)
@pytest.mark.parametrize(
    ("path", "field", "besides"),
    [
        ("/v1/triage", "order_id", {"text": "hello"}),
        ("/v1/triage", "customer_id", {"text": "hello"}),
        ("/v1/chat", "conversation_id", {"message": "hello"}),
        ("/v1/chat/stream", "customer_id", {"message": "hello"}),
        ("/v1/feedback", "ticket_id", {"rating": "up"}),
        ("/v1/chat-tokens", "customer_id", {}),
    ],
)
def test_an_id_is_of_visible_ascii_characters(
    served: Served, path: str, field: str, besides: dict[str, str], id: str
) -> None:
    body = json.dumps({**besides, field: id}).encode()
    answer = refused(served, raw.post(path, served.keys["admin"], body), 422)
    assert f"body.{field}" in answer.body.decode()


@pytest.mark.parametrize(
    "metadata",
    [
        pytest.param({CANARY: {"a": {"b": CANARY}}}, id="objects inside"),
        pytest.param({CANARY: 12}, id="a number"),
        pytest.param({f"{CANARY}{n}": CANARY for n in range(33)}, id="too many"),
        pytest.param({CANARY * 10: "x"}, id="a name that is too long"),
        pytest.param({"a": CANARY * 30}, id="a value that is too long"),
        pytest.param([CANARY], id="an array"),
    ],
)
def test_metadata_is_texts_by_name_and_few(served: Served, metadata: object) -> None:
    body = json.dumps({"text": "hello", "metadata": metadata}).encode()
    refused(served, raw.post("/v1/triage", served.keys["admin"], body), 422)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("e" + "\u0301" * 99_000, id="99,000 combining marks"),
        pytest.param("\ufdfa" * 50_000, id="50,000 characters that become 18 each"),
        pytest.param("a\u202e\u2066" * 20_000, id="directions"),
        pytest.param("\U0001f600" * 50_000, id="emoji"),
        pytest.param("a\uffff\ufffe\U0010ffff" * 1000, id="no characters"),
        pytest.param("refund " * 14_000, id="one word again and again"),
    ],
)
def test_a_text_that_blows_up_is_decided_in_time(served: Served, text: str) -> None:
    started = time.monotonic()
    body = json.dumps({"text": text}, ensure_ascii=False).encode()
    answer = raw.ask(served.port, raw.post("/v1/triage", served.keys["service"], body))
    assert answer is not None
    assert answer.status == 200, answer.body
    assert len(answer.body) < 64 * 1024
    assert time.monotonic() - started < 10  # seconds; without bounds it would be minutes
