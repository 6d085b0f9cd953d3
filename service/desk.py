"""What a person at the desk does, as units of work: the same behind the HTTP door and behind the pages."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from agent.assemble import Agent
from agent.taxonomy import NextAction, Priority
from service.records import rank_of
from service.refund_now import Judged, judge_now
from service.store import desk
from service.store.desk import Corrected
from service.store.store import Session, Store

Unit = Callable[[Session], None]


def corrected(
    by: str, category: str | None, priority: Priority | None, next_action: NextAction | None, reason: str | None
) -> Corrected:
    """Return what is put right; what is None stays."""
    told = {"category": category, "priority": priority, "next_action": next_action}
    changes = {field: str(value) for field, value in told.items() if value is not None}
    return Corrected(changes, by, reason, rank_of(priority) if priority is not None else None)


async def approving(store: Store, agent: Agent, id: str, by: str, now: datetime) -> Unit:
    """Judge a case's refund again, as of now; return what approves it, or refuses it where it no longer qualifies.

    Raises NoSuchCase, ShopUnavailable and StoreUnavailable.
    """
    file = await store.read(lambda session: desk.case_file(session, id))
    judged = await asyncio.to_thread(judge_now, file.proposal, agent.shop, agent.today())
    if judged is Judged.AS_OFFERED:
        return lambda session: desk.approve(session, id, by, now)
    return lambda session: desk.decline(session, id, by, judged.value, now, state="refused")
