"""Lets a credential in: one transaction that finds out whose it is and counts the request."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from service.callers import Caller, Role
from service.store.counts import Limit, count
from service.store.keys import key_of
from service.store.signing import signing_secrets
from service.tokens import caller_of


@dataclass(frozen=True)
class Entered:
    """Who calls, and how many seconds to wait where that was too often."""

    caller: Caller
    wait: int


def enter(session: Session, credential: str, limit: Limit, now: datetime) -> Entered | None:
    """Return who has this credential; None where nobody has. A chat token is counted by its customer or visitor."""
    caller = _caller(session, credential, now)
    if caller is None:
        return None
    return Entered(caller, count(session, f"caller:{caller.id}", limit, now))


def _caller(session: Session, credential: str, now: datetime) -> Caller | None:
    key = key_of(session, credential)
    if key is not None:
        return Caller(key.id, Role(key.role))
    return caller_of(credential, signing_secrets(session), now)
