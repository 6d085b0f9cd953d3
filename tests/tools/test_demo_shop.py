"""The demo shop is the same everywhere, holds what it should, and refuses what may not be."""

import hashlib
import json
import sqlite3
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import IntegrityError, OperationalError

from tests.processes import python
from tools.demo_shop.database import open_engine, open_paying_engine
from tools.demo_shop.seed import README_CUSTOMER, README_ORDER, ensure_demo_shop, seeded_customers, seeded_orders
from tools.demo_shop.store import DemoShop
from tools.records import LineKind
from tools.shop import ShopUnavailable

# Changes only together with seed.EDITION, so that no machine goes on with older data.
CONTENT = {"2026-10-15.2": "a176479f2f00a97970046f2f707cc251f54bf164692070c92a7d3826c6f76f23"}


def test_the_data_are_the_same_on_every_machine_and_in_a_year(shop: DemoShop) -> None:
    records = [record.model_dump(mode="json") for record in (*seeded_customers(), *seeded_orders())]
    digest = hashlib.sha256(json.dumps(records).encode()).hexdigest()
    assert {shop.edition(): digest} == CONTENT


def test_what_was_seeded_is_what_is_read(shop: DemoShop) -> None:
    assert shop.customers() == list(seeded_customers())
    assert shop.orders() == list(seeded_orders())
    assert all(shop.order(order.order_id) == order for order in seeded_orders())


def test_it_is_large_and_mixed_enough(shop: DemoShop) -> None:
    orders = shop.orders()
    assert len(shop.customers()) >= 60
    assert len(orders) >= 300
    assert {order.currency for order in orders} >= {"EUR", "GBP", "USD", "JPY"}
    assert {line.kind for order in orders for line in order.lines} == set(LineKind)
    readme = shop.order(README_ORDER)
    assert readme is not None
    assert readme.customer_id == README_CUSTOMER


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE \"order\" SET refunded_minor = paid_minor + 1 WHERE order_id = 'A-10234'",
        "UPDATE \"order\" SET refunded_minor = -1 WHERE order_id = 'A-10234'",
        "UPDATE \"order\" SET status = 'stolen' WHERE order_id = 'A-10234'",
        "UPDATE \"order\" SET delivered_on = NULL WHERE order_id = 'A-10234'",
        "UPDATE \"order\" SET customer_id = 'C-9999' WHERE order_id = 'A-10234'",
        "UPDATE order_line SET price_minor = -5 WHERE order_id = 'A-10234'",
        "DELETE FROM \"order\" WHERE order_id = 'A-10234'",
        "INSERT INTO refund VALUES ('RF-2', 'k1', 'A-10234', 1, 'EUR', '')",
        "INSERT INTO refund VALUES ('RF-2', 'k2', 'A-99999', 1, 'EUR', '')",
        "INSERT INTO refund VALUES ('RF-2', 'k2', 'A-10234', 0, 'EUR', '')",
        "INSERT INTO refund VALUES ('RF-2', '', 'A-10234', 1, 'EUR', '')",
    ],
)
def test_the_database_refuses_what_may_not_be(tmp_path: Path, statement: str) -> None:
    ensure_demo_shop(tmp_path / "shop.db")
    engine = open_engine(tmp_path / "shop.db")
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO refund VALUES ('RF-1', 'k1', 'A-10234', 1, 'EUR', '')")
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def test_writes_take_the_lock_at_once_and_readers_go_on(tmp_path: Path) -> None:
    ensure_demo_shop(tmp_path / "shop.db")
    engine, shop = open_engine(tmp_path / "shop.db"), DemoShop(tmp_path / "shop.db")
    with engine.connect() as plain:
        assert plain.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert plain.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
    with engine.connect().execution_options(write=True) as first, first.begin():
        assert shop.order(README_ORDER) is not None
        second = engine.connect().execution_options(write=True)
        with pytest.raises(OperationalError, match="locked"):
            second.begin()
        second.close()
    shop.close()
    engine.dispose()


def test_what_is_paid_is_on_the_disk_before_it_is_answered(tmp_path: Path) -> None:
    ensure_demo_shop(tmp_path / "shop.db")
    for opened, synchronous in ((open_engine, 1), (open_paying_engine, 2)):  # SQLite's NORMAL and FULL
        engine = opened(tmp_path / "shop.db")
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == synchronous
        engine.dispose()


def test_a_locked_shop_pays_nothing_and_is_not_to_be_removed(tmp_path: Path) -> None:
    ensure_demo_shop(tmp_path / "shop.db")
    engine, shop = open_engine(tmp_path / "shop.db"), DemoShop(tmp_path / "shop.db")
    with engine.connect().execution_options(write=True) as other, other.begin():
        started = time.monotonic()
        with pytest.raises(ShopUnavailable, match=r"busy\. Ask again"):
            shop.refund(README_ORDER, 1, "EUR", "k")
        assert time.monotonic() - started < 2
    assert shop.refund(README_ORDER, 1, "EUR", "k").amount_minor == 1
    shop.close()
    engine.dispose()


def test_many_threads_at_once(shop: DemoShop) -> None:
    expected = list(seeded_orders())
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda order: shop.order(order.order_id), expected)) == expected


def test_an_older_edition_is_made_anew_and_a_current_one_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "shop.db"
    ensure_demo_shop(file)
    before = file.stat().st_ino
    ensure_demo_shop(file)
    assert file.stat().st_ino == before
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE edition SET edition = 'older'")
    connection.close()
    ensure_demo_shop(file)
    shop = DemoShop(file)
    assert {shop.edition()} == set(CONTENT)
    shop.close()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_process_that_has_an_older_edition_open_goes_on_in_the_same_file(tmp_path: Path) -> None:
    """Else it would pay into a file that is gone. The older edition had no table of refunds."""
    file = tmp_path / "shop.db"
    ensure_demo_shop(file)
    shop = DemoShop(file)
    shop.order(README_ORDER)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE edition SET edition = '2026-10-15.1'")
        connection.execute("DROP TABLE refund")
    before = file.stat().st_ino
    ensure_demo_shop(file)
    assert file.stat().st_ino == before
    shop.refund(README_ORDER, 1, "EUR", "k")
    ensure_demo_shop(file)
    other = DemoShop(file)
    assert other.find_refund(README_ORDER, "k") is not None
    for one in (shop, other):
        one.close()


MADE_AND_PAID = """
import sys
from pathlib import Path
from tools.demo_shop.seed import README_ORDER, ensure_demo_shop
from tools.demo_shop.store import DemoShop
ensure_demo_shop(Path(sys.argv[1]))
shop = DemoShop(Path(sys.argv[1]))
shop.refund(README_ORDER, 1, "EUR", sys.argv[2])
shop.close()
"""


def test_processes_that_make_it_at_once_lose_no_refund(tmp_path: Path, root: Path) -> None:
    file, keys = tmp_path / "shop.db", [f"k{number}" for number in range(6)]
    with ThreadPoolExecutor(len(keys)) as pool:
        done = list(pool.map(lambda key: python(root, "-c", MADE_AND_PAID, str(file), key), keys))
    assert [one.returncode for one in done] == [0] * len(keys), done
    shop = DemoShop(file)
    assert all(shop.find_refund(README_ORDER, key) for key in keys)
    shop.close()


@pytest.mark.parametrize("content", [b"", b"not a database, but long enough to look at" * 50])
def test_a_damaged_file_is_named_and_not_replaced(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "shop.db"
    file.write_bytes(content)
    with pytest.raises(ShopUnavailable, match="Remove"):
        ensure_demo_shop(file)
    assert file.read_bytes()[:8] in {content[:8], b"SQLite f"}  # an empty file is an empty database to SQLite


def test_a_folder_in_its_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "shop.db").mkdir()
    with pytest.raises(ShopUnavailable, match="is a folder"):
        ensure_demo_shop(tmp_path / "shop.db")
    assert [path.name for path in tmp_path.iterdir()] == ["shop.db"]


FULL_DISK = """
import resource, sys
from pathlib import Path
from tools.demo_shop.seed import ensure_demo_shop
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
ensure_demo_shop(Path(sys.argv[1]))
"""


def test_making_it_leaves_nothing_where_it_fails(tmp_path: Path, root: Path) -> None:
    done = python(root, "-c", FULL_DISK, str(tmp_path / "shop.db"))
    assert done.returncode == 1
    assert "OperationalError" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("ask", "queries"),
    [(DemoShop.order, 2), (lambda shop, order_id: shop.belongs_to(order_id, "c1001@customers.example"), 1)],
    ids=["order", "owner"],
)
def test_an_order_costs_the_same_queries_whether_or_not_it_exists(
    shop: DemoShop, ask: Callable[[DemoShop, str], object], queries: int
) -> None:
    """Else the time of an answer would tell which ids exist."""
    asked: list[str] = []
    ask(shop, README_ORDER)  # the first one asked reads which orders there are

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert ask(shop, README_ORDER)
        there = list(asked)
        asked.clear()
        assert not ask(shop, "A-99999")
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert asked == there
    assert len([statement for statement in asked if statement.startswith("SELECT")]) == queries


def test_damage_inside_is_found_by_the_check(tmp_path: Path) -> None:
    file = tmp_path / "shop.db"
    ensure_demo_shop(file)
    content = bytearray(file.read_bytes())
    content[4096 * 4 : 4096 * 6] = b"\xff" * 8192
    file.write_bytes(content)
    shop = DemoShop(file)
    with pytest.raises(ShopUnavailable):
        shop.check()
    shop.close()


def test_an_absent_file_says_how_it_is_made(tmp_path: Path) -> None:
    with pytest.raises(ShopUnavailable, match="triage shop"):
        DemoShop(tmp_path / "shop.db")


def test_an_order_that_exists_is_found_by_all_who_ask_first_at_once(tmp_path: Path) -> None:
    file = tmp_path / "shop.db"
    ensure_demo_shop(file)
    patience, readers = sys.getswitchinterval(), 8
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(readers) as threads:
            for _ in range(30):
                fresh = DemoShop(file)
                found = list(threads.map(fresh.order, [README_ORDER] * readers))
                fresh.close()
                assert None not in found
    finally:
        sys.setswitchinterval(patience)
