"""Bodies that are malformed, ambiguous or hostile: a definite refusal that repeats nothing, on every POST route."""

import pytest

from tests.service.http import raw
from tests.service.http.refusals import CANARY, DIGITS, ROUTES, refused
from tests.service.serving import Served

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

VALUES = [
    pytest.param(f'"{CANARY} \\ud800"', 422, id="a lone surrogate"),
    pytest.param(f'"\\udc00 {CANARY}"', 422, id="a lone low surrogate"),
    pytest.param(f'["{CANARY} \\ud800"]', 422, id="a lone surrogate in a value of the wrong type"),
    pytest.param(f'{{"{CANARY} \\udfff": 1}}', 422, id="a lone surrogate in a name"),
    pytest.param(f'"{CANARY} \ud800"', 400, id="a surrogate that was encoded"),
    pytest.param(f'"{CANARY}\\u0000"', 422, id="NUL"),
    pytest.param(f'{{"\\u0000{CANARY}": 1}}', 422, id="NUL in a name"),
    pytest.param(f'"{CANARY}\x00"', 400, id="NUL as it is"),
    pytest.param(f'"{CANARY}\n"', 400, id="a line break as it is"),
    pytest.param(f'["{CANARY}", NaN]', 400, id="NaN"),
    pytest.param("Infinity", 400, id="Infinity"),
    pytest.param("-Infinity", 400, id="-Infinity"),
    pytest.param("1e999", 400, id="1e999"),
    pytest.param(f"{DIGITS}0", 400, id="a number of 30 digits"),
    pytest.param(DIGITS * 172, 400, id="a number of 5,000 digits"),
    pytest.param("9223372036854775808", 422, id="a number beyond 64 bits"),
    pytest.param("[" * 100_000, 400, id="100,000 arrays that are never closed"),
    pytest.param("[" * 50_000 + f'"{CANARY}"' + "]" * 50_000, 400, id="50,000 arrays"),
    pytest.param('{"a":' * 900 + f'"{CANARY}"' + "}" * 900, 400, id="900 objects"),
    pytest.param("[" * 32 + f'"{CANARY}"' + "]" * 32, 400, id="one level too many"),
    pytest.param("[" * 31 + f'"{CANARY}"' + "]" * 31, 422, id="as deep as it may be, and of the wrong type"),
    pytest.param(f'{{"{CANARY}": 1, "{CANARY}": 2}}', 400, id="the same name twice, inside"),
    pytest.param(f'"x", "{CANARY}": 1, "{CANARY}": 2', 400, id="the same name twice"),
    pytest.param(f'"x", "{CANARY}": "{CANARY}"', 422, id="an unknown name"),
    pytest.param(f'"x", "{CANARY}\\ud800": 1', 422, id="an unknown name that is no text"),
    pytest.param('"x", "is_admin": true, "eligible": true, "role": "admin"', 422, id="more than is asked for"),
    pytest.param("true", 422, id="true"),
    pytest.param("12.0", 422, id="a number"),
    pytest.param(f'{{"{CANARY}": "{CANARY}"}}', 422, id="an object"),
    pytest.param(f'"{CANARY}",', 400, id="a comma too many"),
    pytest.param(f"'{CANARY}'", 400, id="single quotes"),
    pytest.param(f'"x" /* {CANARY} */', 400, id="a comment"),
    pytest.param(f'"{CANARY}"}} {{"{CANARY}": 1', 400, id="two objects"),
    pytest.param(f'"{CANARY}{"x" * 100_001}"', 422, id="a text that is too long"),
]

WHOLE = [
    pytest.param(b"", 400, id="nothing"),
    pytest.param(b"null", 422, id="null"),
    pytest.param(f'["{CANARY}"]'.encode(), 422, id="an array"),
    pytest.param(f'"{CANARY}"'.encode(), 422, id="a string"),
    pytest.param(b"\xff\xfe" + CANARY.encode(), 400, id="no UTF-8"),
    pytest.param(b'{"text": "' + CANARY.encode() + b'\xc0\xaf"}', 400, id="an overlong form"),
    pytest.param(f'{{"text": "{CANARY}"}}'.encode("utf-16"), 400, id="UTF-16 with its mark"),
    pytest.param(f'{{"text": "{CANARY}"}}'.encode("utf-16-le"), 400, id="UTF-16"),
    pytest.param(f'{{"text": "{CANARY}"}}'.encode("utf-32"), 400, id="UTF-32"),
    pytest.param(f'{{"text": "{CANARY}"}}'.encode("utf-8-sig"), 400, id="a byte order mark"),
    pytest.param(CANARY.encode() * 30_000, 413, id="more than 256 KiB"),
    pytest.param(b'{"text": "e' + "\u0301".encode() * 1_000_000 + b'"}', 413, id="a million combining marks"),
]


@pytest.mark.parametrize(("value", "status"), VALUES)
def test_a_hostile_value_is_refused_by_every_route(served: Served, value: str, status: int) -> None:
    for route in ROUTES:
        refused(served, raw.post(route.path, served.keys["admin"], route.body(value)), status)
    assert raw.alive(served.port)


@pytest.mark.parametrize(("body", "status"), WHOLE)
def test_a_hostile_body_is_refused_by_every_route(served: Served, body: bytes, status: int) -> None:
    for route in ROUTES:
        refused(served, raw.post(route.path, served.keys["admin"], body), status)
    assert raw.alive(served.port)


@pytest.mark.parametrize(
    "media_type", [None, "", "text/plain", "application/jsonp", "application/x-www-form-urlencoded"]
)
def test_another_media_type_is_refused_by_every_route(served: Served, media_type: str | None) -> None:
    for route in ROUTES:
        body = route.body(f'"{CANARY}"')
        refused(served, raw.post(route.path, served.keys["admin"], body, media_type=media_type), 415)
