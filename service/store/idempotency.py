"""Requests that name an Idempotency-Key: the first is done, every later one gets its answer again, byte for byte.

A key belongs to its caller and route. A claim whose worker died is taken over after a while; what the dead one would
still save is refused, since the claim is no longer its own.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from service.store.tables import IdempotencyRow

ABANDONED = timedelta(seconds=15)  # more than any request may take
KEPT = timedelta(hours=24)


class KeyInUse(Exception):
    """A request with this key is being done."""


class KeyReused(Exception):
    """This key came with another request before."""


class ClaimLost(Exception):
    """Another has taken the claim over; nothing may be saved under it."""


@dataclass(frozen=True)
class Named:
    """What a request is known by: who asks, for what, under which key, and a digest of its body."""

    caller: str
    route: str
    key: str
    fingerprint: str


@dataclass(frozen=True)
class Answered:
    """An answer as it was given."""

    status: int
    body: str


def begin(session: Session, named: Named, now: datetime) -> Answered | str:
    """Return the earlier answer, or a new claim on the key; raises KeyInUse or KeyReused."""
    row = session.get(IdempotencyRow, (named.caller, named.route, named.key), with_for_update=True)
    if row is not None and row.created_at < now - KEPT:
        session.delete(row)
        session.flush()
        row = None
    claim = secrets.token_hex(8)
    if row is None:
        session.add(
            IdempotencyRow(
                caller=named.caller,
                route=named.route,
                key=named.key,
                fingerprint=named.fingerprint,
                state="in_progress",
                claim=claim,
                claimed_at=now,
                created_at=now,
            )
        )
        try:
            session.flush()
        except IntegrityError as problem:  # a request with the same key began at the same moment
            raise KeyInUse from problem
        return claim
    if row.fingerprint != named.fingerprint:
        raise KeyReused
    if row.state == "done":
        return Answered(row.status or 200, row.body or "")
    # A claim far in the future is from before the clock was put back: nobody knows how old it is.
    if abs(now - row.claimed_at) < ABANDONED:
        raise KeyInUse
    row.claim, row.claimed_at = claim, now
    session.add(row)
    return claim


def finish(session: Session, named: Named, claim: str, answer: Answered) -> None:
    """Keep the answer with the effects of the request, in one transaction; raises ClaimLost."""
    done = session.execute(
        update(IdempotencyRow).where(_mine(named, claim)).values(state="done", status=answer.status, body=answer.body)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise ClaimLost


def give_up(session: Session, named: Named, claim: str) -> None:
    """Let the key go, so that the request can be made again under it."""
    session.execute(delete(IdempotencyRow).where(_mine(named, claim)))


def _mine(named: Named, claim: str) -> ColumnElement[bool]:
    row = IdempotencyRow
    return and_(
        col(row.caller) == named.caller,
        col(row.route) == named.route,
        col(row.key) == named.key,
        col(row.claim) == claim,
        col(row.state) == "in_progress",
    )
