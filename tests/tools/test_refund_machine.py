"""Refunds, refusals, retries and reopened shops in any order: the books agree after each step."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.tools.shops import lost_order
from tools.demo_shop.fill import fill
from tools.demo_shop.seed import seeded_customers
from tools.demo_shop.store import DemoShop
from tools.records import Refund, RefundAsked
from tools.shop import RefundKeyReused, RefundRefused

PAID = 100
ORDER_IDS = ("A-1", "A-2")
order_ids = st.sampled_from((*ORDER_IDS, "A-3"))  # the last does not exist
amounts = st.integers(1, PAID + 1)
currencies = st.sampled_from(("EUR", "EUR", "EUR", "USD"))
keys = st.sampled_from([f"k{number}" for number in range(6)])


class Refunds(RuleBasedStateMachine):
    """The shop beside a model of it: what each key has paid, and what was refunded before."""

    @initialize(seeded=st.tuples(st.integers(0, PAID), st.integers(0, PAID)))
    def open(self, seeded: tuple[int, int]) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.seeded = dict(zip(ORDER_IDS, seeded, strict=True))
        self.paid: dict[str, Refund] = {}
        orders = [lost_order(number, PAID, refunded) for number, refunded in enumerate(seeded, start=1)]
        fill(self.folder / "shop.db", "test", list(seeded_customers())[:1], orders)
        self.shop = DemoShop(self.folder / "shop.db")

    def refunded(self, order_id: str) -> int:
        mine = (one.amount_minor for one in self.paid.values() if one.order_id == order_id)
        return self.seeded[order_id] + sum(mine)

    @rule(order_id=order_ids, amount=amounts, currency=currencies, key=keys, seen=st.none() | st.integers(0, PAID))
    def refund(self, order_id: str, amount: int, currency: str, key: str, seen: int | None) -> None:
        asked = RefundAsked(order_id=order_id, amount_minor=amount, currency=currency, key=key)
        try:
            refund = self.shop.refund(**asked.model_dump(), seen_refunded_minor=seen)
        except RefundKeyReused:
            assert key in self.paid
            assert not self.paid[key].answers(asked)
        except RefundRefused:
            assert key not in self.paid
            assert not self.may_be_paid(asked, seen)
        else:
            assert refund.answers(asked)
            assert key in self.paid or self.may_be_paid(asked, seen)
            assert self.paid.setdefault(key, refund) == refund

    def may_be_paid(self, asked: RefundAsked, seen: int | None) -> bool:
        if asked.order_id not in self.seeded or asked.currency != "EUR":
            return False
        before = self.refunded(asked.order_id)
        return before + asked.amount_minor <= PAID and seen in {None, before}

    @rule(key=keys)
    def ask_again(self, key: str) -> None:
        if key in self.paid:
            before = self.paid[key]
            assert self.shop.refund(before.order_id, before.amount_minor, before.currency, key) == before

    @rule()
    def reopen(self) -> None:
        self.shop.close()
        self.shop = DemoShop(self.folder / "shop.db")

    @invariant()
    def the_books_agree(self) -> None:
        if not hasattr(self, "shop"):
            return
        for order_id in ORDER_IDS:
            order = self.shop.order(order_id)
            assert order is not None
            assert order.refunded_minor == self.refunded(order_id) <= order.paid_minor
            for key in {"k0", *self.paid}:
                mine = self.paid[key] if key in self.paid and self.paid[key].order_id == order_id else None
                assert self.shop.find_refund(order_id, key) == mine

    def teardown(self) -> None:
        if hasattr(self, "shop"):
            self.shop.close()
            shutil.rmtree(self.folder)


TestRefunds = Refunds.TestCase
TestRefunds.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
