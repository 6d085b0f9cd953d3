"""A shop over HTTP is believed only when it answers as agreed, and its errors tell nothing that was said."""

import gzip
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from pydantic import SecretStr

from tests.tools.shop_server import Answer, Asked, serving
from tests.tools.shops import lost_order
from tools import http_shop
from tools.http_shop import HttpShop
from tools.shop import Shop, ShopUnavailable

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

SECRET = "hunter2"  # noqa: S105 - made up
ORDER = lost_order(1)
BODY = json.loads(ORDER.model_dump_json())
REFUND = {
    "refund_id": "R1", "order_id": "A-1", "amount_minor": 5, "currency": "EUR", "key": "k",
    "issued_at": "2026-10-15T08:00:00+02:00",
}  # fmt: skip
ASKS: dict[str, Callable[[Shop], object]] = {
    "order": lambda shop: shop.order("A-1"),
    "owner": lambda shop: shop.belongs_to("A-1", "someone@private.example"),
    "refund": lambda shop: shop.refund("A-1", 5, "EUR", "k"),
    "find": lambda shop: shop.find_refund("A-1", "k"),
}


@contextmanager
def answering(*answers: Answer) -> Iterator[tuple[HttpShop, list[Asked]]]:
    """Give a shop that answers one after the other, and what arrived there."""
    arrived: list[Asked] = []
    left = list(answers)

    def answer(asked: Asked) -> Answer:
        arrived.append(asked)
        return left.pop(0)

    with serving(answer) as address:
        shop = HttpShop(address, SecretStr(SECRET))
        try:
            yield shop, arrived
        finally:
            shop.close()


def drip() -> Iterator[bytes]:
    for _ in range(100):
        time.sleep(0.02)
        yield b" "


def told(error: BaseException | None) -> str:
    """Return the words of an error and of all that hang on it, as a log may show them."""
    return f"{error!r} {error} {told(error.__cause__)} {told(error.__context__)}" if error else ""


NONSENSE = {
    "nothing": Answer(200),
    "a page": Answer(200, f"<html>{SECRET}</html>".encode()),
    "not utf-8": Answer(200, b'{"order_id": "\xff"}'),
    "a list": Answer.of(200, [BODY]),
    "a number": Answer(200, b"1e999"),
    "deeper than any record": Answer(200, b"[" * 100_000),
    "one field more": Answer.of(200, BODY | REFUND | {"owner": True, "note": SECRET}),
    "text for a number": Answer.of(200, BODY | {"paid_minor": "10000"}),
    "more refunded than paid": Answer.of(200, BODY | {"refunded_minor": 10_001}),
    "another order": Answer.of(200, BODY | {"order_id": "A-2"}),
    "another refund's order": Answer.of(200, REFUND | {"order_id": "A-2"}),
    "another key": Answer.of(200, REFUND | {"key": "k2"}),
    "a time without its zone": Answer.of(200, REFUND | {"issued_at": "2026-10-15T08:00:00"}),
    "nothing paid": Answer.of(200, REFUND | {"amount_minor": 0}),
    "an owner in words": Answer.of(200, {"owner": "yes"}),
    "packed": Answer(200, gzip.compress(json.dumps(BODY).encode()), {"Content-Encoding": "gzip"}),
    "a page that is not there": Answer(404, b"<html>nginx</html>"),
    "a problem nobody agreed on": Answer.of(404, {"error": "gone"}),
    "a problem with another status": Answer.of(400, {"error": "no_such_order"}),
    "a problem with success": Answer.of(200, {"error": "no_such_order"}),
    "no access": Answer.of(401, {"error": SECRET}),
    "elsewhere": Answer(302, b"", {"Location": "/shop/v1/orders/A-1"}),
    "its own fault": Answer(500, SECRET.encode()),
    "too long": Answer(200, b" " * (http_shop.LARGEST_ANSWER + 1)),
    "endless": Answer(200, iter([b" " * 100_000] * 10_000)),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_no_answer_and_is_not_repeated(name: str) -> None:
    body = NONSENSE[name].body
    for ask in ASKS.values():
        answer = NONSENSE[name] if isinstance(body, bytes) else Answer(200, iter([b" " * 100_000] * 10_000))
        with answering(answer) as (shop, arrived), pytest.raises(ShopUnavailable) as raised:
            ask(shop)
        assert not [word for word in (SECRET, "private.example", "html", "A-1", "A-2") if word in told(raised.value)]
        assert len(arrived) == 1  # neither followed nor asked again: whoever asks decides


def test_another_amount_or_currency_than_asked_is_no_answer() -> None:
    for wrong in ({"amount_minor": 6}, {"currency": "USD"}):
        with answering(Answer.of(201, REFUND | wrong)) as (shop, _), pytest.raises(ShopUnavailable):
            shop.refund("A-1", 5, "EUR", "k")


def test_what_is_sent() -> None:
    answers = [Answer.of(200, BODY), Answer.of(200, {"owner": True}), Answer.of(201, REFUND), Answer.of(200, REFUND)]
    with answering(*answers) as (shop, arrived):
        for ask in ASKS.values():
            ask(shop)
        shop_path = "/shop/v1/orders/A-1"
        assert [(asked.method, asked.path) for asked in arrived] == [
            ("GET", shop_path),
            ("POST", f"{shop_path}/owner"),
            ("POST", f"{shop_path}/refunds"),
            ("GET", f"{shop_path}/refunds?key=k"),
        ]
        assert json.loads(arrived[1].body) == {"email": "someone@private.example"}
        assert json.loads(arrived[2].body) == {"amount_minor": 5, "currency": "EUR"}
        assert arrived[2].headers["Idempotency-Key"] == "k"
        assert {asked.headers["Authorization"] for asked in arrived} == {f"Bearer {SECRET}"}


@pytest.mark.parametrize(
    ("order_id", "path"),
    [
        ("A/1", "A%2F1"),
        ("../1", "..%2F1"),
        ("a?b#c", "a%3Fb%23c"),
        ("%2e", "%252e"),
        ("\r\nX: y", "%0D%0AX%3A%20y"),
        ("\u00e9", "%C3%A9"),
    ],
)
def test_an_order_id_stays_one_part_of_the_path(order_id: str, path: str) -> None:
    with answering(Answer.of(404, {"error": "no_such_order"})) as (shop, arrived):
        assert shop.order(order_id) is None
        assert [asked.path for asked in arrived] == [f"/shop/v1/orders/{path}"]


def test_a_shop_cannot_set_cookies() -> None:
    first = Answer(404, b'{"error": "no_such_order"}', {"Set-Cookie": "customer=1; Path=/"})
    with answering(first, Answer.of(404, {"error": "no_such_order"})) as (shop, arrived):
        shop.order("A-1")
        shop.order("A-1")
        assert "Cookie" not in arrived[1].headers


def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with answering(Answer.of(200, BODY)) as (shop, _):
        assert shop.order("A-1") == ORDER


@pytest.mark.parametrize("slow", ["to connect", "to begin", "to end"])
def test_a_shop_that_is_slow_is_not_waited_for(slow: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_shop, "READ_S", 0.2)
    monkeypatch.setattr(http_shop, "LONGEST_ANSWER_S", 0.4)
    started = time.monotonic()
    if slow == "to end":
        with answering(Answer(200, drip())) as (shop, _), pytest.raises(ShopUnavailable):
            shop.order("A-1")
        assert time.monotonic() - started < 4
        return
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections and says nothing
        port = silent.getsockname()[1]
        if slow == "to connect":
            silent.close()
        shop = HttpShop(f"http://127.0.0.1:{port}", SecretStr(SECRET))
        with pytest.raises(ShopUnavailable):
            shop.order("A-1")
        shop.close()
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "address",
    ["", "shop.example", "ftp://shop.example", "file:///etc/passwd", "https://", "http://[::1", f"https://a:{SECRET}@b",
     f"https://b?token={SECRET}", "https://b#c", f"https://b:port{SECRET}"],
)  # fmt: skip
def test_an_address_that_is_none_is_not_repeated(address: str) -> None:
    with pytest.raises(ValueError, match="the shop's address") as raised:
        HttpShop(address)
    assert SECRET not in told(raised.value)


@pytest.mark.parametrize("token", [f"{SECRET}\n", f"{SECRET}\u00e9"])
def test_a_token_that_cannot_be_sent_is_not_repeated(token: str) -> None:
    with pytest.raises(ValueError, match="printable") as raised:
        HttpShop("https://shop.example", SecretStr(token))
    assert SECRET not in told(raised.value)
