"""People who signed in on a page: a session belongs to a key, ends by itself, and ends with its key."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from service.callers import Caller, Role
from service.store.keys import key_of
from service.store.tables import ApiKey, WebSession

LASTS = timedelta(hours=10)  # a working day
SECRET_BYTES = 32
PAGE_ROLES = frozenset({Role.DESK, Role.OPS, Role.ADMIN})


@dataclass(frozen=True)
class SignedIn:
    """Whose session it is; `name` is the key's, for people to read."""

    caller: Caller
    name: str
    ends_at: datetime


def sign_in(session: Session, key_secret: str, now: datetime) -> tuple[str, Role] | None:
    """Begin a session and return its secret, for the browser's cookie, and its role; None for a key not for pages."""
    key = key_of(session, key_secret)
    if key is None or Role(key.role) not in PAGE_ROLES:
        return None
    secret = secrets.token_urlsafe(SECRET_BYTES)
    session.add(WebSession(id=_digest(secret), key_id=key.id, created_at=now, ends_at=now + LASTS))
    return secret, Role(key.role)


def signed_in(session: Session, secret: str, now: datetime) -> SignedIn | None:
    """Return whose session this is; None where there is none, its time is over, or its key was revoked."""
    found = session.exec(
        select(WebSession, ApiKey).where(
            WebSession.id == _digest(secret),
            col(WebSession.key_id) == col(ApiKey.id),
            WebSession.ends_at > now,
            col(ApiKey.revoked_at).is_(None),
        )
    ).first()
    if found is None:
        return None
    begun, key = found
    return SignedIn(Caller(key.id, Role(key.role)), key.name, begun.ends_at)


def sign_out(session: Session, secret: str) -> None:
    """End a session, if there is one."""
    session.execute(delete(WebSession).where(col(WebSession.id) == _digest(secret)))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
