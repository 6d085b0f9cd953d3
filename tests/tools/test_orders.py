"""Order numbers in text, and the look-up that answers for its own customer only."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools.shops import ShopInMemory
from tools.demo_shop.seed import SHOP_DAY, seeded_customers, seeded_orders
from tools.demo_shop.store import DemoShop
from tools.identity import Identity
from tools.orders import LONGEST_ID, look_up_order, order_id_mentions
from tools.tool import Outcome, ToolContext

MENTIONS = [
    ("Where is my order A-10234?", ["A-10234"]),
    ("a10234 pls", ["A-10234"]),
    ("A\u201310234 or A-10235", ["A-10234", "A-10235"]),
    ("twice A-10234, A-10234", ["A-10234"]),
    ("order number is A-10234.", ["A-10234"]),
    ("#A-10234", ["A-10234"]),
    ("Bestellung Nr. A-10234", ["A-10234"]),
    ("order 10234 is late", ["10234"]),
    ("order no. 9981-22", ["9981-22"]),
    ("#55812", ["55812"]),
    ("A 10234 is late", ["A-10234"]),
    ("A-1O234 is late", ["A-1O234"]),
    ("an A-frame tent, a 10000 mAh one", []),
    ("A-12 and A-1234567", ["A-12", "A-1234567"]),
    ("I ordered on 2026-10-01, order 2026-10-01", []),
    ("under rule R-GOODS-30", []),
    ("the A400 speaker, a 10000 mAh battery and 25000 steps", []),
    ("\uff21-10234 and A-\u0661\u0660\u0662\u0663\u0664", []),
    ("order 3 chairs in order to sit", []),
]


@pytest.mark.parametrize(("text", "expected"), MENTIONS)
def test_mentions(text: str, expected: list[str]) -> None:
    assert order_id_mentions(text) == expected


@given(st.text(max_size=300))
def test_a_mention_is_ascii_short_and_stands_in_the_text(text: str) -> None:
    for mention in order_id_mentions(text):
        assert mention.isascii()
        assert len(mention) <= LONGEST_ID
        assert any(character.isdigit() for character in mention)


@pytest.mark.parametrize("piece", ["order ", "order no#: ", "A-1", "#", "a" * 9 + "-", "9" * 11 + "-", "A-10234-"])
def test_mentions_are_found_in_linear_time(piece: str) -> None:
    text = (piece * 100_000)[:100_000]
    started = time.perf_counter()
    order_id_mentions(text)
    assert time.perf_counter() - started < 1.0


def test_every_customer_sees_the_own_orders_and_no_other() -> None:
    orders = {order.order_id: order for order in seeded_orders()}
    for customer in seeded_customers():
        context = ToolContext(ShopInMemory(orders), Identity(customer.customer_id), SHOP_DAY)
        for order in orders.values():
            result = look_up_order.run(context, {"order_id": order.order_id})
            own = order.customer_id == customer.customer_id
            assert result.outcome is (Outcome.OK if own else Outcome.NOT_FOUND)
            assert (result.order == order) is own


@pytest.mark.parametrize("order_id", ["A-99999", "A-1", "", "' OR 1=1 --", "\x00", "A-10234 "])
def test_what_is_no_order_is_not_found(shop: DemoShop, order_id: str) -> None:
    context = ToolContext(shop, Identity("C-1001"), SHOP_DAY)
    assert look_up_order.run(context, {"order_id": order_id}).outcome is Outcome.NOT_FOUND


def test_nobody_sees_nothing_and_a_proved_visitor_one_order(shop: DemoShop) -> None:
    def outcome(identity: Identity, order_id: str) -> Outcome:
        return look_up_order.run(ToolContext(shop, identity, SHOP_DAY), {"order_id": order_id}).outcome

    assert outcome(Identity(), "A-10234") is Outcome.NOT_FOUND
    assert outcome(Identity(proved_order_id="A-10234"), "A-10234") is Outcome.OK
    assert outcome(Identity(proved_order_id="A-10234"), "A-10235") is Outcome.NOT_FOUND
