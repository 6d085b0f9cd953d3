"""Keys of servers. A key's secret is shown once, when it is made; afterwards only its digest is known."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from service.store.tables import ApiKey

SECRET_BYTES = 32
_PREFIX = "triage"


def create_key(session: Session, name: str, role: str, now: datetime) -> tuple[ApiKey, str]:
    """Keep a new key of this role; return it and its secret, which can't be shown again."""
    secret = f"{_PREFIX}_{role}_{secrets.token_urlsafe(SECRET_BYTES)}"
    key = ApiKey(id=f"K-{secrets.token_hex(6)}", name=name, role=role, digest=_digest(secret), created_at=now)
    session.add(key)
    return key, secret


def list_keys(session: Session) -> Sequence[ApiKey]:
    """Return all keys, the oldest first."""
    return session.exec(select(ApiKey).order_by(col(ApiKey.created_at), col(ApiKey.id))).all()


def revoke_key(session: Session, id: str, now: datetime) -> bool:
    """End a key at once; say whether there was one that still held."""
    key = session.get(ApiKey, id)
    if key is None or key.revoked_at is not None:
        return False
    key.revoked_at = now
    session.add(key)
    return True


def key_of(session: Session, secret: str) -> ApiKey | None:
    """Return the key with this secret that still holds.

    It is found by its digest: what an attacker learns from the time of that look-up is of a digest, not of a secret.
    """
    key = session.exec(select(ApiKey).where(ApiKey.digest == _digest(secret))).first()
    return key if key is not None and key.revoked_at is None else None


def any_key(session: Session) -> bool:
    """Say whether a key that still holds exists."""
    return session.exec(select(ApiKey.id).where(col(ApiKey.revoked_at).is_(None)).limit(1)).first() is not None


def _digest(secret: str) -> str:
    # The secret is random and long: a slow hash would protect nothing more and cost every request.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
