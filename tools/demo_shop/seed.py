"""Makes the demo shop's data: the same on every machine and in a year, because nothing but a fixed seed decides."""

import contextlib
import fcntl
import os
import random
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from tools.demo_shop.scenarios import CATALOGUE, SCENARIOS, Scenario
from tools.records import Customer, LineKind, Order, OrderLine, OrderStatus

SHOP_DAY = date(2026, 10, 15)  # in this shop it is always this day
EDITION = "2026-10-15.2"  # raised when what is seeded or its tables change, so that an older file is filled anew
SEED = 20261015
CUSTOMERS = 64
ROUNDS = 12  # orders of each scenario
FIRST_CUSTOMER, FIRST_ORDER = 1001, 10101
README_ORDER, README_CUSTOMER = "A-10234", "C-1001"  # the order of the examples in the documentation
# What a price in EUR is multiplied by, and the exponent of the currency's minor unit.
CURRENCIES = {"EUR": (1.0, 2), "GBP": (0.86, 2), "USD": (1.1, 2), "SEK": (11.2, 2), "JPY": (160.0, 0)}
HOME = "EUR"
SEGMENTS = ("known", "known", "known", "new", "enterprise")
DELIVERY_FEE = 490
JOURNALS = ("-wal", "-shm", "-journal")  # what SQLite writes beside a file


def ensure_demo_shop(file: Path) -> None:
    """Make the file where it is absent, and fill one of an older edition anew, refunds and all.

    Several processes may ask at once: one makes it. A damaged file is left for `triage doctor` to name.
    Raises ShopUnavailable.
    """
    if _is_current(file):
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    with _making_in(file.parent):
        if _is_current(file):
            return  # somebody else made it while we waited
        if file.exists():
            _fill(file)  # in place: who has it open must not go on paying into a file that is gone
        else:
            _make(file)


def _is_current(file: Path) -> bool:
    from tools.demo_shop.store import DemoShop

    if not file.exists():
        return False
    shop = DemoShop(file)
    try:
        return shop.edition() == EDITION
    finally:
        shop.close()


@contextlib.contextmanager
def _making_in(folder: Path) -> Iterator[None]:
    """Hold the folder's lock: nothing lies beside the shop for it, and it ends with the process."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _make(file: Path) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    os.close(handle)
    try:
        _fill(Path(name))
        for suffix in JOURNALS:
            Path(f"{file}{suffix}").unlink(missing_ok=True)
        Path(name).replace(file)
    finally:
        for suffix in ("", *JOURNALS):
            Path(name + suffix).unlink(missing_ok=True)


def _fill(file: Path) -> None:
    from tools.demo_shop.fill import fill

    fill(file, EDITION, list(seeded_customers()), list(seeded_orders()))


def seeded_customers() -> Iterator[Customer]:
    """Yield the customers by id."""
    for number in range(FIRST_CUSTOMER, FIRST_CUSTOMER + CUSTOMERS):
        yield Customer(
            customer_id=f"C-{number}",
            name=f"Sample Customer {number}",
            email=f"c{number}@customers.example",
            segment=SEGMENTS[number % len(SEGMENTS)],
            language="en",
            since=SHOP_DAY - timedelta(days=30 if SEGMENTS[number % len(SEGMENTS)] == "new" else 400 + number % 300),
        )


def seeded_orders() -> Iterator[Order]:
    """Yield the orders by id: each scenario twelve times, shuffled over ids and customers."""
    draw = random.Random(SEED)  # noqa: S311 - made up data, not a secret
    names = [name for name in SCENARIOS for _ in range(ROUNDS)]
    draw.shuffle(names)
    example = names.index("inside the window")
    place = int(README_ORDER.removeprefix("A-")) - FIRST_ORDER
    names[place], names[example] = names[example], names[place]
    for number, name in enumerate(names, start=FIRST_ORDER):
        order_id = f"A-{number}"
        customer = FIRST_CUSTOMER + draw.randrange(CUSTOMERS)
        customer_id = README_CUSTOMER if order_id == README_ORDER else f"C-{customer}"
        currency = HOME if order_id == README_ORDER else draw.choice([HOME, *CURRENCIES])
        yield _order(order_id, customer_id, currency, SCENARIOS[name], draw)


def _order(order_id: str, customer_id: str, currency: str, scenario: Scenario, draw: random.Random) -> Order:
    happened_on = SHOP_DAY - timedelta(days=draw.randint(*scenario.days_ago))
    by_post = LineKind.GOODS in scenario.kinds
    delivered_on = happened_on if scenario.status is OrderStatus.DELIVERED else None
    # What is sent by download or e-mail, and a plan, is delivered on the day on which it is paid.
    transit = timedelta(days=draw.randint(*scenario.transit)) if by_post and delivered_on else timedelta()
    placed_on = happened_on - transit
    lines = tuple(_lines(scenario, currency, placed_on, draw))
    fee = _price(DELIVERY_FEE, currency) if by_post else 0
    paid = sum(line.price_minor for line in lines) + fee
    left_us = by_post and scenario.status not in {OrderStatus.PROCESSING, OrderStatus.CANCELLED}
    return Order(
        order_id=order_id,
        customer_id=customer_id,
        status=scenario.status,
        placed_on=placed_on,
        shipped_on=max(placed_on, (delivered_on or placed_on + timedelta(days=3)) - timedelta(days=2))
        if left_us
        else None,
        expected_on=SHOP_DAY + timedelta(days=scenario.due) if scenario.due is not None else None,
        delivered_on=delivered_on,
        currency=currency,
        delivery_fee_minor=fee,
        paid_minor=paid,
        refunded_minor=round(paid * scenario.refunded),
        lines=lines,
    )


def _lines(scenario: Scenario, currency: str, placed_on: date, draw: random.Random) -> Iterator[OrderLine]:
    for position, kind in enumerate(scenario.kinds):
        title, price = draw.choice(CATALOGUE[kind])
        downloaded = scenario.downloaded and kind is LineKind.DIGITAL
        yield OrderLine(
            title=title,
            kind=kind,
            price_minor=_price(price, currency),
            final_sale=position in scenario.final_sale,
            downloaded_on=placed_on if downloaded else None,
        )


def _price(eur_minor: int, currency: str) -> int:
    rate, exponent = CURRENCIES[currency]
    return int(round(eur_minor * rate) * 10 ** (exponent - 2))
