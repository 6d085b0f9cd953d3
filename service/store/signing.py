"""The secret that chat tokens are signed with: made once, shared by all workers through the database."""

import secrets
from datetime import datetime

from sqlmodel import Session, col, select

from service.store.tables import SigningSecret


def signing_secrets(session: Session) -> list[str]:
    """Return the secrets, the newest first."""
    rows = session.exec(select(SigningSecret).order_by(col(SigningSecret.created_at).desc())).all()
    return [row.secret for row in rows]


def ensure_signing_secret(session: Session, now: datetime) -> None:
    """Make the first secret where there is none."""
    if not signing_secrets(session):
        id, secret = f"S-{secrets.token_hex(6)}", secrets.token_urlsafe(48)
        session.add(SigningSecret(id=id, secret=secret, created_at=now))
