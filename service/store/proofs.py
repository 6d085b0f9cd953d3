"""Lets a visitor prove an order by the e-mail address on it; attempts are counted before any is made."""

import asyncio
from datetime import datetime

from sqlmodel import Session

from service.store.counts import Limit, count
from service.store.store import Store
from service.visitors import ATTEMPTS, ATTEMPTS_ON_ORDER
from tools.shop import Shop


async def prove(store: Store, shop: Shop, visitor: str, proof: tuple[str, str], now: datetime) -> str | None:
    """Return the order's number where the address is on it and the visitor has attempts left; else None.

    Raises ShopUnavailable and StoreUnavailable.
    """
    order_id, address = proof
    if not await store.write(lambda session: _may_try(session, visitor, order_id, now)):
        return None
    return order_id if await asyncio.to_thread(shop.belongs_to, order_id, address) else None


def _may_try(session: Session, visitor: str, order_id: str, now: datetime) -> bool:
    limits: tuple[tuple[str, Limit], ...] = (
        (f"proof:visitor:{visitor}", ATTEMPTS),
        (f"proof:order:{order_id}", ATTEMPTS_ON_ORDER),
    )
    waits = [count(session, subject, limit, now) for subject, limit in limits]  # each is counted
    return not any(waits)
