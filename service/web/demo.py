"""Whom a visitor of the demo may be."""

from collections.abc import Sequence
from functools import cache

from service.http.parts import Parts


def demo_customers(parts: Parts) -> Sequence[str]:
    """Return the demo shop's customers where the service was started with --demo; none elsewhere."""
    return _customers() if parts.demo else ()


@cache
def _customers() -> Sequence[str]:
    from tools.demo_shop.seed import seeded_orders

    return sorted({order.customer_id for order in seeded_orders()})
