"""Requests that are odd before any body is read: methods, paths, headers, credentials, what is no HTTP at all."""

import re

import pytest

from tests.service.http import raw
from tests.service.http.refusals import CANARY, refused
from tests.service.serving import Served

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("path", ["/v1/triage", "/v1/chat", "/v1/chat/stream", "/v1/feedback"])
def test_a_route_has_one_method_and_says_which(served: Served, method: str, path: str) -> None:
    assert refused(served, raw.request(method, path), 405).headers["allow"] == "POST"


@pytest.mark.parametrize("method", ["HEAD", "POST", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "/v1/schema", "/v1/conversations/V-none"])
def test_what_is_read_is_only_read(served: Served, method: str, path: str) -> None:
    assert refused(served, raw.request(method, path), 405).headers["allow"] == "GET"


@pytest.mark.parametrize(
    "path",
    [
        f"/{CANARY}",
        f"/v1/{CANARY}",
        "/v1",
        "/v1/triage/",
        "/v1/chat/stream/",
        "/livez/",
        "//livez",
        "//v1/triage",
        "/v1//triage",
        "/v1%2Ftriage",
        "/v1%2ftriage",
        "/v1%2Fschema",
        "/./livez",
        "/v1/../livez",
        "/v1/%2e%2e/livez",
        "/V1/TRIAGE",
        "/v1/triage%00",
        "/v1/triage%20",
        "/v1/triage;a=b",
        f"/docs?{CANARY}",
        "/redoc",
        f"/v1/conversations/a/{CANARY}",
        f"/{'a/' * 5_000}",
    ],
    ids=lambda path: path[:30],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_path_that_is_not_exactly_one_of_ours_is_none(served: Served, method: str, path: str) -> None:
    answer = refused(served, raw.request(method, path, f"Host: {CANARY}"), 404, *((405,) if "%2" in path else ()))
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    "id", ["%00", "%ff%fe", "%ed%a0%80", "%zz", "%", "'%20OR%201=1--", "%0d%0aX-A:%20b", f"{CANARY}" * 400, "%e2%80%8b"]
)
def test_an_id_in_a_path_that_is_none_finds_nothing(served: Served, id: str) -> None:
    for role, path in (("service", f"/v1/conversations/{id}"), ("desk", f"/v1/desk/cases/{id}")):
        asked = raw.request("GET", path, f"Authorization: Bearer {served.keys[role]}")
        assert "x-a" not in refused(served, asked, 404, 422).headers


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", id="TLS"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", id="HTTP/2"),
        pytest.param(f"{CANARY} /livez HTTP/1.1\r\n\r\n".encode(), id="no method"),
        pytest.param(b"GET /livez HTTP/9.9\r\n\r\n", id="no version"),
        pytest.param(b"GET /liv\xff\xfe HTTP/1.1\r\n\r\n", id="a path of other bytes"),
        pytest.param(b"CONNECT somewhere:443 HTTP/1.1\r\n\r\n", id="CONNECT"),
        pytest.param(raw.request("GET", "/livez", f"{CANARY} : x"), id="a space in a header's name"),
        pytest.param(raw.request("GET", "/livez", f"X: {CANARY}\x00"), id="NUL in a header"),
        pytest.param(raw.request("GET", "/livez", f"X: {CANARY}\rY: z"), id="a bare return in a header"),
        pytest.param(raw.request("POST", "/v1/triage", "Content-Length: -1"), id="a negative length"),
        pytest.param(raw.request("POST", "/v1/triage", "Content-Length: 0x10"), id="a length that is no number"),
        pytest.param(raw.request("POST", "/v1/triage", "Content-Length: 5", "Content-Length: 6"), id="two lengths"),
        pytest.param(
            raw.request("POST", "/v1/triage", "Content-Length: 5", "Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
            id="a length and chunks",
        ),
    ],
)
def test_what_is_no_http_is_refused_and_the_connection_ends(served: Served, asked: bytes) -> None:
    with raw.connected(served.port) as line:
        line.sendall(asked)
        answer = raw.answer(line)
        assert answer is not None
        assert answer.status == 400
        answer.problem()
        assert not answer.says(CANARY)
        assert line.recv(1) == b""
    assert CANARY not in served.log()


@pytest.mark.parametrize("protocol", ["websocket", "h2c"])
def test_no_other_protocol_is_spoken(served: Served, protocol: str) -> None:
    headers = ("Connection: Upgrade", f"Upgrade: {protocol}", "Sec-WebSocket-Key: AAAA", "Sec-WebSocket-Version: 13")
    answer = raw.ask(served.port, raw.request("GET", "/livez", *headers))
    assert answer is not None
    assert answer.status == 200


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param((), id="none"),
        pytest.param(("Authorization:",), id="empty"),
        pytest.param(("Authorization: Bearer",), id="no credential"),
        pytest.param(("Authorization: Bearer ",), id="an empty one"),
        pytest.param(("Authorization: {key}",), id="no scheme"),
        pytest.param(("Authorization: Basic {key}",), id="another scheme"),
        pytest.param(("Authorization: Bearer\t{key}",), id="a tab"),
        pytest.param(("Authorization: Bearer {key} x",), id="more behind it"),
        pytest.param(("Authorization: Bearer {key},",), id="a comma"),
        pytest.param(('Authorization: Bearer "{key}"',), id="quotes"),
        pytest.param(("Authorization: Bearer {KEY}",), id="upper case"),
        pytest.param(("Authorization: Bearer \xa0{key}",), id="another space"),
        pytest.param(("Authorization: Bearer \xff" + CANARY,), id="other characters"),
        pytest.param(("Authorization: Bearer " + CANARY * 1000,), id="a long one"),
        pytest.param(("Authorization: Bearer {key}", "Authorization: Bearer {key}"), id="twice"),
        pytest.param(("Authorization: Bearer {key}", f"Authorization: Bearer {CANARY}"), id="and another"),
        pytest.param(("Authorization: Bearer a.b.c",), id="no token"),
        pytest.param(("Authorization: Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJjOkMtMTAwMSJ9.",), id="unsigned"),
        pytest.param(("Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.e30=.____",), id="a token that is no base64"),
        pytest.param(("X-API-Key: {key}", "Cookie: token={key}"), id="elsewhere"),
        pytest.param(("X-User: admin", "X-Forwarded-User: admin", "X-Forwarded-For: 127.0.0.1"), id="a claim"),
    ],
)
def test_a_credential_of_any_wrong_form_gets_the_one_answer(served: Served, headers: tuple[str, ...]) -> None:
    key = served.keys["service"]
    filled = tuple(line.replace("{key}", key).replace("{KEY}", key.upper()) for line in headers)
    body = b'{"text": "' + CANARY.encode() + b'"}'
    for path in ("/v1/triage", "/v1/chat", "/v1/chat/stream", "/v1/feedback"):
        lines = ("Content-Type: application/json", f"Content-Length: {len(body)}", *filled)
        answer = refused(served, raw.request("POST", path, *lines, body=body), 401)
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.body == (
            b'{"type": "about:blank", "title": "Unauthorized", "status": 401, "detail": "A credential is needed."}'
        )
    assert raw.alive(served.port)


@pytest.mark.parametrize("key", ["", "a b", "a\tb", "\xe9", "x" * 256, "a\x7fb"], ids=ascii)
def test_an_idempotency_key_of_another_form_is_refused(served: Served, key: str) -> None:
    for path, field in (("/v1/triage", "text"), ("/v1/chat", "message"), ("/v1/chat/stream", "message")):
        body = f'{{"{field}": "hello"}}'.encode()
        refused(served, raw.post(path, served.keys["service"], body, f"Idempotency-Key: {key}"), 400)


def test_requests_behind_one_another_on_one_connection_are_answered_in_order(served: Served) -> None:
    asked = [raw.request("GET", "/livez"), raw.request("GET", "/nowhere"), raw.request("GET", "/v1/schema")]
    with raw.connected(served.port) as line:
        line.sendall(b"".join([*asked, raw.request("GET", "/livez", "Connection: close")]))
        answered = b""
        while more := line.recv(65536):
            answered += more
    assert re.findall(rb"HTTP/1.1 (\d+)", answered) == [b"200", b"404", b"200", b"200"]
