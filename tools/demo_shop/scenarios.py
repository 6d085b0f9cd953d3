"""The kinds of orders that the demo shop holds: every state that the refund rules tell apart, some at the very edge."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tools.records import LineKind, OrderStatus

GOODS, DIGITAL, PLAN, GIFT = LineKind.GOODS, LineKind.DIGITAL, LineKind.PLAN, LineKind.GIFT_CARD

# What is sold, with its price in minor units of EUR.
CATALOGUE: Mapping[LineKind, tuple[tuple[str, int], ...]] = MappingProxyType(
    {
        GOODS: (
            ("Linen duvet cover", 8900),
            ("Oak side table", 14900),
            ("Memory foam mattress 140 x 200", 49900),
            ("Cast iron pan 28 cm", 5450),
            ("Wireless earphones", 7995),
            ("Camping lantern", 2490),
            ("Wooden train set", 3975),
            ("Dog bed, large", 6290),
            ("Standing lamp", 11900),
            ("Bread knife", 1899),
            ("Hiking backpack 30 l", 9499),
            ("Bluetooth speaker", 5990),
        ),
        DIGITAL: (
            ("E-book: Baking at Home", 1299),
            ("Online course: Indoor Plants", 4900),
            ("Software key: Photo Tidy", 3950),
            ("E-book: Small Gardens", 999),
        ),
        PLAN: (("Fernhollow Plus, one year", 4900), ("Coffee Box, one month", 2400), ("Pantry Box, one month", 3900)),
        GIFT: (("Gift card", 5000), ("Gift card", 2500)),
    }
)


@dataclass(frozen=True)
class Scenario:
    """One kind of order.

    `days_ago` (from and to) is when it was delivered, for parcels that were, and when it was placed, for all others;
    `transit` is how many days lie between the two. `due` counts from today until it is expected; negative is late.
    `refunded` is the share of what was paid.
    """

    status: OrderStatus
    kinds: tuple[LineKind, ...]
    days_ago: tuple[int, int]
    transit: tuple[int, int] = (2, 6)
    due: int | None = None
    final_sale: frozenset[int] = frozenset()  # positions of lines
    downloaded: bool = False
    refunded: float = 0.0


_DELIVERED, _SHIPPED, _PROCESSING = OrderStatus.DELIVERED, OrderStatus.SHIPPED, OrderStatus.PROCESSING
_LOST, _CANCELLED = OrderStatus.LOST, OrderStatus.CANCELLED
_FIRST = frozenset({0})
_MADE_LATE = (230, 240)  # ordered under the older rule, made and delivered months later

SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {
        "inside the window": Scenario(_DELIVERED, (GOODS,), (1, 22)),
        "inside the window, several items": Scenario(_DELIVERED, (GOODS, GOODS), (2, 20)),
        "last day of the window": Scenario(_DELIVERED, (GOODS,), (30, 30)),
        "first day after the window": Scenario(_DELIVERED, (GOODS,), (31, 31)),
        "long after the window": Scenario(_DELIVERED, (GOODS, GOODS), (45, 150)),
        "older rule, long after": Scenario(_DELIVERED, (GOODS,), (240, 480)),
        "older rule, delivered late, inside": Scenario(_DELIVERED, (GOODS,), (2, 14), transit=_MADE_LATE),
        "older rule, delivered late, after": Scenario(_DELIVERED, (GOODS,), (15, 29), transit=_MADE_LATE),
        "final sale": Scenario(_DELIVERED, (GOODS,), (1, 14), final_sale=_FIRST),
        "final sale beside another item": Scenario(_DELIVERED, (GOODS, GOODS), (2, 14), final_sale=_FIRST),
        "digital, not downloaded": Scenario(_DELIVERED, (DIGITAL,), (0, 14)),
        "digital, not downloaded, too late": Scenario(_DELIVERED, (DIGITAL,), (15, 60)),
        "digital, downloaded": Scenario(_DELIVERED, (DIGITAL,), (2, 12), downloaded=True),
        "goods with a downloaded item": Scenario(_DELIVERED, (GOODS, DIGITAL), (3, 9), downloaded=True),
        "partly refunded": Scenario(_DELIVERED, (GOODS, GOODS), (3, 9), refunded=0.3),
        "fully refunded": Scenario(_DELIVERED, (GOODS,), (8, 40), refunded=1.0),
        "on its way": Scenario(_SHIPPED, (GOODS,), (3, 6), due=2),
        "on its way, late": Scenario(_SHIPPED, (GOODS, GOODS), (12, 20), due=-4),
        "not shipped": Scenario(_PROCESSING, (GOODS,), (0, 2), due=5),
        "not shipped, several items": Scenario(_PROCESSING, (GOODS, GOODS), (0, 3), due=6),
        "lost": Scenario(_LOST, (GOODS,), (18, 40), due=-10),
        "lost, partly refunded": Scenario(_LOST, (GOODS, GOODS), (18, 40), due=-10, refunded=0.2),
        "cancelled, money not back": Scenario(_CANCELLED, (GOODS,), (2, 12)),
        "cancelled, money back": Scenario(_CANCELLED, (GOODS,), (6, 30), refunded=1.0),
        "plan, inside the window": Scenario(_DELIVERED, (PLAN,), (0, 14)),
        "plan, after the window": Scenario(_DELIVERED, (PLAN,), (15, 90)),
        "gift card": Scenario(_DELIVERED, (GIFT,), (1, 40)),
        "gift card beside goods": Scenario(_DELIVERED, (GOODS, GIFT), (2, 14)),
    }
)
