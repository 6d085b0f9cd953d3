"""Sends what was approved to the shop. The key makes it safe to send again; no answer means that it is sent again."""

import asyncio
import json
import logging
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from agent.clock import Today
from service.clock import Now
from service.failpoints import Failpoint, reach
from service.store import outbox
from service.store.errors import StoreUnavailable
from service.store.outbox import Leaving
from service.store.store import Store
from tools.identity import Identity
from tools.issue_refund import issue_refund
from tools.shop import Shop
from tools.tool import Outcome, ToolContext, ToolResult

AT_ONCE = 10
EVERY = 2.0  # seconds between looks at what is due
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
        """Send what is due now; raises StoreUnavailable."""
        for leaving in await self.store.write(lambda session: outbox.take_due(session, AT_ONCE, self.now())):
            await self._send(leaving)

    async def _send(self, leaving: Leaving) -> None:
        asked = json.loads(leaving.payload)
        result = await asyncio.to_thread(self._issue, leaving.key, asked)
        reach(Failpoint.SENT)
        now = self.now()
        if result.issued is not None:
            refund_id = result.issued.refund_id
            await self.store.write(lambda session: outbox.issued(session, leaving.key, refund_id, now))
        elif result.outcome in {Outcome.FAILED, Outcome.TIMED_OUT}:
            await self.store.write(lambda session: outbox.again(session, leaving.key, result.outcome.value, now))
        else:
            why = result.declined.value if result.declined is not None else result.outcome.value
            await self.store.write(lambda session: outbox.refused(session, leaving.key, why, now))

    def _issue(self, key: str, asked: dict[str, Any]) -> ToolResult:
        customer_id = asked.pop("customer_id")
        # Whoever has no customer id proved the order before it was judged.
        identity = Identity(customer_id, None if customer_id is not None else asked["order_id"])
        return issue_refund.run(ToolContext(self.shop, identity, self.today()), {**asked, "key": key})
