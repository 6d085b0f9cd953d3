"""The invariants hold of what is whole, and each finds the damage that it is for; so does the ledger."""

import asyncio
import json
from collections.abc import Callable, Iterator

import pytest

from agent.assemble import Agent
from service.store.feedback import add_feedback, feedback_row
from tests.service.chaos.backroom import Backroom, backroom_in
from tests.service.chaos.invariants import RULES, broken
from tests.service.chaos.ledger import Ledger, Request
from tests.service.chaos.world import World
from tests.service.databases import Fresh

Damage = Callable[[World], object]
HUMAN = "I want to speak to a human being"


@pytest.fixture(scope="module")
def backroom(
    fresh_sqlite_database: Fresh, agent: Agent, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Backroom]:
    """A refund that was paid, one that waits, and an escalation."""
    with backroom_in(tmp_path_factory.mktemp("whole"), fresh_sqlite_database(), agent) as opened:
        asyncio.run(_busy_day(opened))
        yield opened


async def _busy_day(backroom: Backroom) -> None:
    paid, waiting, _ = backroom.orders
    await backroom.approved(paid)
    await backroom.outbox().send_due()
    await backroom.offer(waiting)
    held = await backroom.say(HUMAN, waiting.customer_id)
    row = feedback_row("F-1", held.ticket_id, "up", "Quick.", "test", backroom.now())
    backroom.store.write_now(lambda session: add_feedback(session, row, None))


def _first(rows: dict, **fields: object) -> object:
    return next(row for row in rows.values() if all(getattr(row, name) == value for name, value in fields.items()))


def _set(row: object, **fields: object) -> None:
    for name, value in fields.items():
        setattr(row, name, value)


def _messages(world: World) -> list:
    return next(iter(world.messages.values()))


DAMAGES: dict[str, tuple[str, Damage]] = {
    "a message that is counted and not there": ("conversations_are_whole", lambda w: _messages(w).pop()),
    "a conversation without a message": ("conversations_are_whole", lambda w: w.messages.pop(next(iter(w.messages)))),
    "an answer without its question": ("conversations_are_whole", lambda w: _set(_messages(w)[0], role="agent")),
    "an answer to another question": ("conversations_are_whole", lambda w: _set(_messages(w)[0], ticket_id="T-other")),
    "a turn without its Decision": ("decisions_have_their_messages", lambda w: w.decisions.popitem()),
    "another reply than was answered": ("decisions_have_their_messages", lambda w: _set(_messages(w)[1], text="No.")),
    "a Decision without its trace": ("decisions_have_their_traces", lambda w: w.traces.popitem()),
    "a trace without its Decision": ("decisions_have_their_traces", lambda w: w.traces.update(other="T-other")),
    "a person who holds nothing": (
        "a_person_holds_what_is_escalated",
        lambda w: _set(_first(w.cases, kind="escalation"), state="closed"),
    ),
    "two refunds for one order": ("orders_are_refunded_once", lambda w: w.refunds.append(w.refunds[0])),
    "a refund that the order does not show": ("orders_are_refunded_once", lambda w: w.refunds.clear()),
    "a refund for what was withdrawn": (
        "refunds_were_approved",
        lambda w: _set(_first(w.proposals, state="issued"), state="withdrawn"),
    ),
    "a refund that nobody proposed": ("refunds_were_approved", lambda w: _set(w.refunds[0], key="R-other")),
    "another amount than was judged": ("refunds_were_approved", lambda w: _set(w.refunds[0], amount_minor=1)),
    "approved, and it never leaves": (
        "proposals_agree_with_the_outbox",
        lambda w: _set(_first(w.proposals, state="offered"), state="approved"),
    ),
    "it leaves and was not approved": (
        "proposals_agree_with_the_outbox",
        lambda w: _set(_first(w.proposals, state="issued"), state="offered"),
    ),
    "paid, and its case is open": (
        "proposals_agree_with_the_outbox",
        lambda w: _set(_first(w.cases, state="closed"), state="open"),
    ),
    "paid under another number": (
        "proposals_agree_with_the_outbox",
        lambda w: _set(w.refunds[0], refund_id="RF-other"),
    ),
    "a key that answers otherwise": ("keys_answer_as_it_is_kept", lambda w: _set(w.keys[0], body="{}")),
}


def test_they_hold_of_what_is_whole(backroom: Backroom) -> None:
    assert not broken(backroom.world())
    assert {rule for rule, _ in DAMAGES.values()} == {rule.__name__ for rule in RULES}


@pytest.mark.parametrize("name", DAMAGES)
def test_each_finds_its_damage(backroom: Backroom, name: str) -> None:
    rule, damage = DAMAGES[name]
    world = backroom.world()
    damage(world)
    assert rule in {words.partition(":")[0] for words in broken(world)}


LOSSES: dict[str, Damage] = {
    "a lost Decision": lambda w: w.decisions.clear(),
    "another Decision": lambda w: [_set(row, body="{}") for row in w.decisions.values()],
    "a lost turn": lambda w: w.messages.clear(),
    "a message that stands twice": lambda w: w.messages.update(twice=_messages(w)),
    "lost feedback": lambda w: w.feedback.clear(),
    "another feedback": lambda w: _set(w.feedback["F-1"], rating="down"),
    "a lost approval": lambda w: _set(_first(w.proposals, state="issued"), state="withdrawn"),
    "a message that nobody sent": lambda w: [_set(one, text="Hm.") for one in _messages(w) if one.role == "customer"],
}


def _ledger_of(world: World) -> Ledger:
    """Return the ledger of a client that sent and was answered all that is kept."""
    ledger = Ledger()
    for messages in world.messages.values():
        for customer in messages[::2]:
            body = world.decisions[customer.ticket_id or ""].body
            ledger.requests.append(Request("/v1/chat", {"message": customer.text}, "service", "k", 200, body))
    for row in world.feedback.values():
        rated = {"ticket_id": row.ticket_id, "rating": row.rating, "comment": row.comment}
        answer = json.dumps({"feedback_id": row.id})
        ledger.requests.append(Request("/v1/feedback", rated, "service", "k", 201, answer))
    for row in world.proposals.values():
        if row.state == "issued":
            answer = json.dumps({"proposal": {"proposal_id": row.id, "decided_by": row.decided_by}})
            ledger.requests.append(Request(f"/v1/desk/cases/{row.case_id}/approve", {}, "desk", "k", 200, answer))
    return ledger


@pytest.mark.parametrize("name", LOSSES)
def test_the_ledger_finds_what_was_lost_or_doubled(backroom: Backroom, name: str) -> None:
    world = backroom.world()
    ledger = _ledger_of(world)
    assert not ledger.wrong(world)
    LOSSES[name](world)
    assert ledger.wrong(world)
