"""Chat tokens: short-lived, signed, for one customer or one anonymous visitor. Nothing of them is stored."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

import jwt

from service.callers import Caller, Role

LASTS = timedelta(minutes=30)
ALGORITHM = "HS256"
AUDIENCE = "support-triage-chat"
_CUSTOMER, _VISITOR = "c:", "v:"


def mint(customer_id: str | None, secret: str, now: datetime, lasts: timedelta = LASTS) -> str:
    """Return a token for a verified customer, or for a new visitor where there is none."""
    subject = f"{_CUSTOMER}{customer_id}" if customer_id is not None else f"{_VISITOR}{secrets.token_hex(16)}"
    return _signed(subject, secret, now + lasts, now)


def renewed(caller: Caller, secret: str, now: datetime, lasts: timedelta = LASTS) -> str:
    """Return a token for whom one was minted before, with all its time before it."""
    return _signed(caller.id, secret, now + lasts, now)


def _signed(subject: str, secret: str, ends: datetime, now: datetime) -> str:
    claims = {"sub": subject, "aud": AUDIENCE, "iat": now, "exp": ends}
    return jwt.encode(claims, secret, algorithm=ALGORITHM)


def caller_of(token: str, known: Sequence[str], now: datetime) -> Caller | None:
    """Return who a token was minted for; None where no secret verifies it or its time is over."""
    for secret in known:
        try:
            claims = jwt.decode(
                token,
                secret,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                options={"require": ["sub", "exp", "aud"], "verify_exp": False, "verify_iat": False},
            )
        except jwt.PyJWTError:
            continue
        subject = str(claims["sub"])
        if now.timestamp() >= float(claims["exp"]):
            return None
        if subject.startswith(_CUSTOMER):
            return Caller(subject, Role.CHAT, customer_id=subject.removeprefix(_CUSTOMER))
        return Caller(subject, Role.CHAT, visitor_id=subject.removeprefix(_VISITOR))
    return None
