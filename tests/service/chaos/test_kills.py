"""kill -9 at every failpoint and at any time, under load: what was acknowledged is kept, and nothing is doubled."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from sqlmodel import Session, select

from service.failpoints import VARIABLE, Failpoint
from service.store.tables import OutboxRow
from tests.service.chaos.abandoned import let_go
from tests.service.chaos.invariants import broken
from tests.service.chaos.ledger import Ledger
from tests.service.chaos.premises import Door, Premises, until
from tests.service.chaos.trade import Trade
from tests.service.chaos.world import World
from tests.service.serving import Served, kill

pytestmark = [pytest.mark.slow, pytest.mark.allow_hosts(["127.0.0.1"])]

FULL = "TRIAGE_CHAOS_KILLS" in os.environ
KILLS = int(os.environ.get("TRIAGE_CHAOS_KILLS", "8"))
AT_ANY_TIME = "any time"
LONGEST_LIFE = 15.0  # seconds of load within which a failpoint should be reached
LEAVES_WITHIN = 15.0  # seconds; below the lease, for which what was sent should not have to wait
READY_WITHIN = 5.0  # seconds from the start of the process


def pending(session: Session) -> int:
    """Return how many effects have not left."""
    return len(session.exec(select(OutboxRow.key).where(OutboxRow.state == "pending")).all())


@dataclass
class Campaign:
    """One service that dies and is started again, over and over."""

    premises: Premises
    draw: random.Random
    ledger: Ledger = field(default_factory=Ledger)
    deaths: Counter[str] = field(default_factory=Counter)
    ready: list[float] = field(default_factory=list)
    asked: int = 0
    busy: int = 0

    def __post_init__(self) -> None:
        self.trade = Trade(self.premises, self.ledger, self.draw)

    async def live(self, point: Failpoint | None, *, last: bool = False) -> None:
        """Start the service, see that all is there, let it work, and have it die."""
        before = self._examined()
        let_go(self.premises.store)
        with self.premises.serve(**self._failpoint(point, before)) as served:
            self.ready.append(served.ready_after)
            async with Door(served) as door:
                await self._repeat_unanswered(door, before)
                await self._settled(door)
                if not last:
                    await self._work_until_death(door, served, point)
                self.asked, self.busy = self.asked + door.asked, self.busy + door.busy

    def _examined(self) -> World:
        """Return what the dead have left; nothing of it may be half done."""
        world = self.premises.world()
        assert not broken(world)
        assert not self.ledger.wrong(world)
        return world

    def _failpoint(self, point: Failpoint | None, before: World) -> dict[str, str]:
        """Return the setting by which the process dies at a point, beyond what it has to make up for first."""
        if point is None:
            return {}
        messages = sum(request.chats for request in self.ledger.unanswered())
        refunds = len(self.ledger.unanswered()) - messages
        refunds += sum(row.state == "pending" for row in before.outbox.values())
        of_messages = point in {Failpoint.CLAIMED, Failpoint.DECIDED, Failpoint.SAVED}
        times = messages + self.draw.randint(1, 15) if of_messages else refunds + self.draw.randint(1, 3)
        return {VARIABLE: f"{point}:{times}"}

    async def _repeat_unanswered(self, door: Door, before: World) -> None:
        """Ask again what was not answered: what was kept then is the answer now, byte for byte."""
        kept = {row.key: row.body for row in before.keys if row.state == "done"}
        unanswered = self.ledger.unanswered()
        await asyncio.gather(*(self.ledger.repeat(door, request) for request in unanswered))
        for request in unanswered:
            assert request.text == kept.get(request.key, request.text)

    async def _settled(self, door: Door) -> None:
        """Wait until what was approved has left, and see through the doors and past them that all is there."""

        async def all_left() -> bool:
            return self.premises.store.read_now(pending) == 0

        await until(all_left, "all that was approved has left", LEAVES_WITHIN)
        world = self._examined()
        for request in self.draw.sample(self.ledger.acknowledged(), min(10, len(self.ledger.acknowledged()))):
            if request.chats:
                id = request.answer["conversation_id"]
                shown = (await door.get(f"/v1/conversations/{id}", "desk")).json()["messages"]
                kept = [(one.role, one.text, one.ticket_id) for one in world.messages[id]]
                assert [(one["role"], one["text"], one["ticket_id"]) for one in shown] == kept
            elif request.path.endswith("/approve"):
                shown = (await door.get(request.path.removesuffix("/approve"), "desk")).json()
                assert (shown["state"], shown["proposal"]["state"]) == ("closed", "issued")

    async def _work_until_death(self, door: Door, served: Served, point: Failpoint | None) -> None:
        life = LONGEST_LIFE if point is not None else self.draw.uniform(0.1, 3.0)
        working = asyncio.create_task(self.trade.until_gone(door))
        await asyncio.wait({working}, timeout=life)
        by_itself = served.process.poll() is not None
        kill(served.process)
        await working
        self.deaths[point.value if point is not None and by_itself else AT_ANY_TIME] += 1


async def test_what_was_acknowledged_outlives_every_death(
    premises: Premises, draw: random.Random, say: Callable[[str], None]
) -> None:
    points = [*Failpoint, *[None] * len(Failpoint)]  # half at a failpoint, half at any time
    plan = (points * KILLS)[:KILLS]
    draw.shuffle(plan)
    campaign = Campaign(premises, draw)
    for point in plan:
        await campaign.live(point)
    await campaign.live(None, last=True)
    ledger, ready = campaign.ledger, sorted(campaign.ready)
    assert not ledger.unanswered()
    p50, slowest = ready[len(ready) // 2], ready[-1]
    say(
        f"kills {premises.kind}: {KILLS} {dict(sorted(campaign.deaths.items()))}, requests {campaign.asked}, "
        f"acknowledged {len(ledger.acknowledged())}, 503 then repeated {campaign.busy}, "
        f"refunds {len(premises.world().refunds)}, ready after p50 {p50:.2f} s, max {slowest:.2f} s"
    )
    assert (slowest if FULL else p50) <= READY_WITHIN  # the few starts of the small form share their machine
