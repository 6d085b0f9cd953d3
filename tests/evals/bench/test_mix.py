"""Tickets of the benchmarks have their length and name their one order."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from evals.bench.mix import SPREAD, STANDARD_LENGTHS, mix
from tools.demo_shop.seed import seeded_orders
from tools.orders import order_id_mentions

ORDERS = list(seeded_orders())
LONGEST_WORD = 12


@settings(deadline=None)
@given(st.integers(1, 20_000), st.integers(0, 10_000))
def test_a_ticket_has_its_length_in_whole_words_and_names_one_order(length: int, seed: int) -> None:
    (case,) = mix(ORDERS, (length,), 1, random.Random(seed), spread=0.0)
    text = case.ticket.text
    assert order_id_mentions(text) == [case.order_id]
    assert len(text) <= max(length, 17)
    assert len(text) > length - LONGEST_WORD or length < 17
    assert text[-1] != " "


def test_a_standard_mix_is_a_quarter_of_each_length_asked_by_the_owners() -> None:
    owners = {order.order_id: order.customer_id for order in ORDERS}
    cases = mix(ORDERS, STANDARD_LENGTHS, 25, random.Random(5))
    assert [case.length for case in cases] == [length for length in STANDARD_LENGTHS for _ in range(25)]
    assert all(case.ticket.customer_id == owners[case.order_id] for case in cases)
    for case in cases:
        assert abs(len(case.ticket.text) - case.length) <= SPREAD * case.length + LONGEST_WORD
    assert len({case.ticket.text for case in cases}) > 95


def test_the_same_seed_makes_the_same_tickets() -> None:
    def texts(seed: int) -> list[str]:
        return [case.ticket.text for case in mix(ORDERS, STANDARD_LENGTHS, 3, random.Random(seed))]

    assert texts(1) == texts(1)
    assert texts(1) != texts(2)
