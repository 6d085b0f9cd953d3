"""Sends what was approved to the shop. The key makes it safe to send again; no answer means that it is sent again."""

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from agent.clock import Today
from service.clock import Now
from service.failpoints import Failpoint, reach
from service.store import outbox
from service.store.errors import StoreUnavailable
from service.store.outbox import Leaving
from service.store.store import Session, Store
from tools.identity import Identity
from tools.issue_refund import issue_refund
from tools.shop import Shop
from tools.tool import Outcome, ToolContext, ToolResult

AT_ONCE = 10
EVERY = 2.0  # seconds between looks at what is due
NOTED_AFTER = (0.05, 0.2, 1.0, 3.0)  # seconds between attempts to note what the shop has answered
LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outbox:
    """One worker's sender."""

    store: Store
    shop: Shop
    today: Today
    now: Now
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """Say that something is due."""
        reach(Failpoint.APPROVED)
        self.woken.set()

    async def run(self) -> None:
        """Send what is due, until cancelled."""
        while True:
            try:
                await self.send_due()
            except StoreUnavailable as problem:
                LOG.warning("outbox: %s", type(problem).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.woken.wait(), EVERY)
            self.woken.clear()

    async def send_due(self) -> None:
        """Send what is due now; raises StoreUnavailable. What fails on its way holds nothing else up."""
        for leaving in await self.store.write(lambda session: outbox.take_due(session, AT_ONCE, self.now())):
            try:
                await self._send(leaving)
            except Exception as problem:  # it may have been paid: it is sent again once its lease is over
                LOG.error("outbox: %s", type(problem).__name__)

    async def _send(self, leaving: Leaving) -> None:
        asked = json.loads(leaving.payload)
        result = await asyncio.to_thread(self._issue, leaving.key, asked)
        reach(Failpoint.SENT)
        note = _note_of(leaving.key, result, self.now())
        for wait in NOTED_AFTER:
            try:
                return await self.store.write(note)
            except StoreUnavailable:  # else what was paid would look unpaid until its lease is over
                await asyncio.sleep(wait)
        return await self.store.write(note)

    def _issue(self, key: str, asked: dict[str, Any]) -> ToolResult:
        customer_id = asked.pop("customer_id")
        # Whoever has no customer id proved the order before it was judged.
        identity = Identity(customer_id, None if customer_id is not None else asked["order_id"])
        return issue_refund.run(ToolContext(self.shop, identity, self.today()), {**asked, "key": key})


def _note_of(key: str, result: ToolResult, now: datetime) -> Callable[[Session], None]:
    """Return the unit that keeps what the shop has answered."""
    if result.issued is not None:
        return partial(outbox.issued, key=key, refund_id=result.issued.refund_id, now=now)
    if result.outcome in {Outcome.FAILED, Outcome.TIMED_OUT}:
        return partial(outbox.again, key=key, error=result.outcome.value, now=now)
    why = result.declined.value if result.declined is not None else result.outcome.value
    return partial(outbox.refused, key=key, why=why, now=now)
