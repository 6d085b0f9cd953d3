"""Sixty-four calls from two processes ask for the whole of one order at once: one pays."""

import json
import sqlite3
import subprocess
import sys
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.tools.refund_racer import PAID
from tests.tools.shops import lost_order
from tools.demo_shop.fill import fill
from tools.demo_shop.seed import seeded_customers

THREADS = 32  # of each process


def race(root: Path, file: Path, keys: tuple[str, str], rounds: int) -> list[list[str]]:
    """Return for each round what its 64 calls got."""
    orders = [lost_order(number, PAID) for number in range(rounds)]
    fill(file, "test", list(seeded_customers())[:1], orders)
    with ExitStack() as stack:
        racers = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.tools.refund_racer", str(file), str(THREADS), key],
                    cwd=root,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for key in keys
        ]
        got = []
        for order in orders:
            for racer in racers:
                assert racer.stdin is not None
                racer.stdin.write(f"{order.order_id}\n")
                racer.stdin.flush()
            got.append([one for racer in racers for one in json.loads(racer.stdout.readline())])  # type: ignore[union-attr]
    assert [racer.returncode for racer in racers] == [0, 0]
    return got


def paid(file: Path) -> list[tuple[str, str, int, int]]:
    """Return the refunds as the database holds them, with what their order says."""
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(
            'SELECT refund_id, order_id, amount_minor, refunded_minor FROM refund JOIN "order" USING (order_id)'
        ).fetchall()


@pytest.mark.parametrize("rounds", [5, pytest.param(200, marks=pytest.mark.slow)])
@pytest.mark.parametrize("keys", [("same", "same"), ("left", "right")])
def test_one_of_many_pays(root: Path, tmp_path: Path, keys: tuple[str, str], rounds: int) -> None:
    got = race(root, tmp_path / "shop.db", keys, rounds)
    books = paid(tmp_path / "shop.db")
    assert len(books) == len({order_id for _, order_id, _, _ in books}) == rounds
    assert {(amount, refunded) for _, _, amount, refunded in books} == {(PAID, PAID)}
    for one, (refund_id, *_) in zip(got, sorted(books, key=lambda row: int(row[1][2:])), strict=True):
        assert len(one) == 2 * THREADS
        assert one.count(refund_id) == (2 * THREADS if keys[0] == keys[1] else 1)
        assert set(one) <= {refund_id, "refused"}
