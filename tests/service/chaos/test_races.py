"""Two transactions of which one waits for the other: whoever comes second sees what the first has done."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from sqlmodel import Session

from service.store import cases, desk
from service.store.conversations import add_turn
from service.store.tables import CaseRow
from tests.service.chaos.backroom import Backroom
from tests.service.chaos.invariants import broken

Unit = Callable[[Session], object]
WAITS = 0.2  # seconds in which who needn't wait is done; below the wait that is given up


@contextmanager
def holding(backroom: Backroom, unit: Unit) -> Iterator[None]:
    """Run a unit in a transaction that is committed when the context ends."""
    done, end = threading.Event(), threading.Event()

    def held(session: Session) -> None:
        unit(session)
        session.flush()
        done.set()
        assert end.wait(10)

    thread = threading.Thread(target=backroom.store.write_now, args=(held,))
    thread.start()
    try:
        assert done.wait(10)
        yield
    finally:
        end.set()
        thread.join()


def behind(backroom: Backroom, first: Unit, second: Unit) -> None:
    """Run the second unit while the first holds what it has changed; the second has to wait."""
    thread = threading.Thread(target=backroom.store.write_now, args=(second,))
    with holding(backroom, first):
        thread.start()
        thread.join(WAITS)
        assert thread.is_alive()
    thread.join()


@pytest.mark.parametrize("change", [cases.confirm_offer, cases.withdraw_offers])
async def test_what_a_person_has_approved_stays_so(
    backroom: Backroom, change: Callable[[Session, str, datetime], object]
) -> None:
    case = await backroom.offer(backroom.orders[0])
    behind(
        backroom,
        lambda session: desk.approve(session, case.id, "test", backroom.now()),
        lambda session: change(session, case.conversation_id, backroom.now()),
    )
    world = backroom.world()
    assert [proposal.state for proposal in world.proposals.values()] == ["approved"]
    assert not broken(world)


async def test_what_is_escalated_meanwhile_stays_with_a_person(backroom: Backroom) -> None:
    offer = await backroom.offer(backroom.orders[0])
    later = await backroom.say("Do you ship to Norway?", None, offer.conversation_id)
    conversation = backroom.world().conversations[offer.conversation_id]
    fields = {"id": "E-later", "ticket_id": later.ticket_id, "kind": "escalation", "state": "open"}
    escalation = CaseRow(**offer.model_dump() | fields)

    def escalate(session: Session) -> None:
        add_turn(session, conversation, [("person", "One moment.", None)], backroom.now(), state="with_person")
        cases.open_case(session, escalation)

    behind(backroom, escalate, lambda session: desk.hand_back(session, offer.id, backroom.now()))
    world = backroom.world()
    assert world.conversations[offer.conversation_id].state == "with_person"
    assert not broken(world)
