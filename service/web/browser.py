"""What a browser holds: a secret of its own, against forged forms, and who is signed in there or chats."""

import hmac
import secrets
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from service.http.parts import parts_of

BROWSER, SESSION, CHAT = "triage_browser", "triage_session", "triage_chat"
LONGEST = 4096  # characters of a cookie that are looked at
CSRF_FIELD = "csrf"


@dataclass(frozen=True)
class Browser:
    """A browser; `new` where it has not been here before."""

    secret: str
    new: bool = False

    @property
    def csrf(self) -> str:
        """What each form carries: whoever can't read our pages can't know it."""
        return hmac.digest(self.secret.encode(), b"forms of these pages", "sha256").hex()

    def sent(self, token: str) -> bool:
        """Say whether a form was one of this browser's pages."""
        return not self.new and hmac.compare_digest(token.encode(), self.csrf.encode())


def browser_of(request: Request) -> Browser:
    """Return the browser; one that brings nothing we could have given it is new."""
    found = cookie(request, BROWSER)
    if found is None or len(found) != 43 or not found.isascii():
        return Browser(secrets.token_urlsafe(32), new=True)
    return Browser(found)


def cookie(request: Request, name: str) -> str | None:
    """Return a cookie's value; an empty or oversized one is none."""
    found = request.cookies.get(name, "")
    return found if 0 < len(found) <= LONGEST else None


def keep(response: Response, request: Request, name: str, value: str, seconds: int | None = None) -> None:
    """Have the browser keep a value that no script reads and no other site sends; until it is closed, unless told."""
    secure = parts_of(request).https or request.url.scheme == "https"
    response.set_cookie(name, value, max_age=seconds, httponly=True, samesite="lax", secure=secure)


def forget(response: Response, name: str) -> None:
    """Have the browser forget a value."""
    response.delete_cookie(name, httponly=True, samesite="lax")
