"""The refund rules said a second time, from the articles and not from the code, to hold the two together."""

from datetime import date, timedelta

from tools.records import LineKind, Order, OrderStatus

WINDOW_CHANGED_ON = date(2026, 3, 1)


def refundable_minor(order: Order, today: date) -> int:
    """Return what can be refunded today, 0 when nothing can."""
    left = order.paid_minor - order.refunded_minor
    if order.status in (OrderStatus.LOST, OrderStatus.CANCELLED):
        return left
    if order.status is not OrderStatus.DELIVERED or left == 0:
        return 0
    total = 0
    for line in order.lines:
        age = today - order.placed_on
        if line.kind is LineKind.GOODS:
            assert order.delivered_on is not None
            window = 30 if order.placed_on >= WINDOW_CHANGED_ON else 14
            good = not line.final_sale and today - order.delivered_on <= timedelta(days=window)
        elif line.kind is LineKind.DIGITAL:
            good = line.downloaded_on is None and age <= timedelta(days=14)
        elif line.kind is LineKind.PLAN:
            good = age <= timedelta(days=14)
        else:
            good = False
        total += line.price_minor if good else 0
    return max(0, min(left, total - order.refunded_minor))
