"""Which shop is asked: a real one where the settings name it, else the demo shop on its fixed day."""

from datetime import UTC, datetime

from agent.clock import Today, always
from agent.settings import Settings
from knowledge.errors import PartUnavailable
from tools.demo_shop.seed import SHOP_DAY, ensure_demo_shop
from tools.demo_shop.store import DemoShop
from tools.http_shop import HttpShop
from tools.shop import Shop


def open_shop(settings: Settings) -> tuple[Shop, Today]:
    """Return the shop and what day it is there: refund windows of a real shop are judged by the day in UTC.

    A real shop is not asked yet. Raises ShopUnavailable, or PartUnavailable for an address or a token that is none.
    """
    if settings.shop is None:
        file = settings.var / "shop.db"
        ensure_demo_shop(file)
        return DemoShop(file), always(SHOP_DAY)
    try:
        return HttpShop(settings.shop, settings.shop_token), lambda: datetime.now(UTC).date()
    except ValueError as problem:  # whose words show neither
        raise PartUnavailable("shop", str(problem), "Set TRIAGE_SHOP and TRIAGE_SHOP_TOKEN, or unset them.") from None
