"""What every shop promises, held for the demo shop and for one that is reached over HTTP."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.tools.shop_server import serving, shop_behind
from tests.tools.shops import lost_order
from tools.demo_shop.fill import fill
from tools.demo_shop.seed import seeded_customers
from tools.demo_shop.store import DemoShop
from tools.http_shop import HttpShop
from tools.records import Order
from tools.shop import RefundKeyReused, RefundRefused, Shop

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

ORDER, OTHER = lost_order(1, refunded_minor=1_000), lost_order(2)
LEFT = ORDER.paid_minor - ORDER.refunded_minor
OWNER = next(seeded_customers()).email


@pytest.fixture(params=["demo", "http"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    fill(tmp_path / "shop.db", "test", list(seeded_customers()), [ORDER, OTHER])
    with ExitStack() as stack:
        opened: Shop = DemoShop(tmp_path / "shop.db")
        stack.callback(opened.close)
        if request.param == "http":
            opened = HttpShop(stack.enter_context(serving(shop_behind(opened))))
            stack.callback(opened.close)
        yield opened


def refunded(shop: Shop, order: Order = ORDER) -> int:
    found = shop.order(order.order_id)
    assert found is not None
    return found.refunded_minor


def test_a_refund_is_paid_recorded_and_seen_at_once(shop: Shop) -> None:
    assert shop.find_refund(ORDER.order_id, "k") is None
    refund = shop.refund(ORDER.order_id, 2_500, "EUR", "k")
    assert (refund.order_id, refund.amount_minor, refund.currency, refund.key) == (ORDER.order_id, 2_500, "EUR", "k")
    assert refund.issued_at.tzinfo is UTC
    assert abs(datetime.now(UTC) - refund.issued_at) < timedelta(minutes=1)
    assert refunded(shop) == 3_500
    assert shop.find_refund(ORDER.order_id, "k") == refund
    assert shop.find_refund(OTHER.order_id, "k") is None


def test_a_key_pays_once_even_when_nothing_is_left(shop: Shop) -> None:
    first = shop.refund(ORDER.order_id, LEFT, "EUR", "k", seen_refunded_minor=ORDER.refunded_minor)
    assert shop.refund(ORDER.order_id, LEFT, "EUR", "k", seen_refunded_minor=ORDER.refunded_minor) == first
    assert shop.refund(ORDER.order_id, LEFT, "EUR", "k") == first
    assert refunded(shop) == ORDER.paid_minor


@pytest.mark.parametrize(
    ("order_id", "amount", "currency"),
    [(ORDER.order_id, 101, "EUR"), (ORDER.order_id, 100, "USD"), (OTHER.order_id, 100, "EUR"), ("A-9", 100, "EUR")],
)
def test_a_key_is_of_one_order_amount_and_currency(shop: Shop, order_id: str, amount: int, currency: str) -> None:
    shop.refund(ORDER.order_id, 100, "EUR", "k")
    with pytest.raises(RefundKeyReused):
        shop.refund(order_id, amount, currency, "k")
    assert (refunded(shop), refunded(shop, OTHER)) == (1_100, 0)


@pytest.mark.parametrize(
    ("order_id", "amount", "currency", "seen"),
    [
        (ORDER.order_id, LEFT + 1, "EUR", None),
        (ORDER.order_id, 10**12, "EUR", None),
        (ORDER.order_id, 1, "USD", None),
        (ORDER.order_id, 1, "EUR", 0),
        (ORDER.order_id, 1, "EUR", ORDER.refunded_minor + 1),
        ("A-99999", 1, "EUR", None),
        ("", 1, "EUR", None),
        ("..", 1, "EUR", None),
        ("A-1/refunds", 1, "EUR", None),
        ("A-1\x00", 1, "EUR", None),
    ],
)
def test_what_is_not_left_or_not_there_is_refused(
    shop: Shop, order_id: str, amount: int, currency: str, seen: int | None
) -> None:
    with pytest.raises(RefundRefused):
        shop.refund(order_id, amount, currency, "k", seen_refunded_minor=seen)
    assert shop.find_refund(order_id, "k") is None
    assert refunded(shop) == ORDER.refunded_minor
    shop.refund(ORDER.order_id, LEFT, "EUR", "k")  # a refusal uses no key up


@pytest.mark.parametrize(
    ("amount", "currency", "key"),
    [
        (0, "EUR", "k"),
        (-1, "EUR", "k"),
        (1.0, "EUR", "k"),
        (True, "EUR", "k"),
        (10**12 + 1, "EUR", "k"),
        (1, "eur", "k"),
        (1, "EUR", ""),
        (1, "EUR", "k" * 201),
        (1, "EUR", "k\n"),
        (1, "EUR", "two words"),
        (1, "EUR", "\u212a"),
    ],
)
def test_a_wrong_call_is_no_refusal(shop: Shop, amount: int, currency: str, key: str) -> None:
    with pytest.raises(ValueError, match="RefundAsked"):
        shop.refund(ORDER.order_id, amount, currency, key)
    assert refunded(shop) == ORDER.refunded_minor


@pytest.mark.parametrize("key", ["~" * 200, "a/b?c=d&e#f%20+;", "..", "'--"])
def test_any_printable_key_is_a_key(shop: Shop, key: str) -> None:
    refund = shop.refund(ORDER.order_id, 1, "EUR", key)
    assert shop.find_refund(ORDER.order_id, key) == refund


@pytest.mark.parametrize(
    ("order_id", "email", "expected"),
    [
        (ORDER.order_id, OWNER, True),
        (ORDER.order_id, f"  {OWNER.upper()}\n", True),
        (ORDER.order_id, OWNER[:-1], False),
        (ORDER.order_id, f"{OWNER}m", False),
        (ORDER.order_id, "c1002@customers.example", False),
        (ORDER.order_id, "", False),
        (ORDER.order_id, "%", False),
        (ORDER.order_id, "\ud800", False),
        (ORDER.order_id, "\u00e9@" + "x" * 100_000, False),
        ("A-99999", OWNER, False),
        ("A-99999", "", False),
        ("..", OWNER, False),
    ],
)
def test_an_order_belongs_to_its_customers_address(shop: Shop, order_id: str, email: str, expected: bool) -> None:
    assert shop.belongs_to(order_id, email) is expected


@pytest.mark.parametrize(
    "order_id", ["A-99999", "", ".", "..", "A-1/owner", "a b", "\x00", "\ud800", "\u00e9", "%2e%2e"]
)
def test_what_is_no_order_is_none(shop: Shop, order_id: str) -> None:
    assert shop.order(order_id) is None


def test_an_order_is_the_same_however_it_came(shop: Shop) -> None:
    assert shop.order(ORDER.order_id) == ORDER
