"""A demo shop with as many refundable orders as a campaign needs, since each refund needs an order of its own."""

from itertools import cycle, islice
from pathlib import Path

from tools.demo_shop.fill import fill
from tools.demo_shop.seed import EDITION, SHOP_DAY, seeded_customers, seeded_orders
from tools.records import Order
from tools.refund_rules import refund_rules
from tools.refunds import judge

FIRST = 20_001  # above the seeded numbers


def refundable(most: int) -> list[Order]:
    """Return so many orders that qualify today: those that are seeded, under new numbers."""
    kinds = [order for order in seeded_orders() if judge(order, SHOP_DAY, refund_rules()).eligible]
    numbered = enumerate(islice(cycle(kinds), most), start=FIRST)
    return [order.model_copy(update={"order_id": f"A-{number}"}) for number, order in numbered]


def stock(file: Path, orders: list[Order]) -> None:
    """Fill a shop's file anew with the seeded customers and these orders."""
    fill(file, EDITION, list(seeded_customers()), orders)
