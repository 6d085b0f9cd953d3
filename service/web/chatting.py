"""Who chats in a browser: a visitor, or in the demo one of its customers; a signed cookie says it."""

from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from service.callers import Caller
from service.http.parts import Parts
from service.store.owners import Writer
from service.store.signing import signing_secrets
from service.tokens import caller_of, mint, renewed
from service.web.browser import CHAT, cookie, keep

# A person may answer tomorrow, and it is this cookie that says whose conversation it is.
KEPT = timedelta(days=7)


@dataclass(frozen=True)
class Chatting:
    """Who chats, and the token that says it from now on."""

    caller: Caller
    token: str

    @property
    def writer(self) -> Writer:
        """Whose conversations these are."""
        return Writer(self.caller.customer_id, self.caller.visitor_id, owns_all=False)

    def keep(self, response: Response, request: Request) -> None:
        """Have the browser keep it."""
        keep(response, request, CHAT, self.token, int(KEPT.total_seconds()))


async def chatting(request: Request, parts: Parts) -> Chatting:
    """Return who chats here; a new visitor where the cookie says nobody or its time is over."""
    known = await parts.store.read(signing_secrets)
    token = cookie(request, CHAT)
    caller = caller_of(token, known, parts.now()) if token is not None else None
    if caller is not None:
        return Chatting(caller, renewed(caller, known[0], parts.now(), KEPT))
    return _new(None, known, parts)


async def chatting_as(customer_id: str | None, parts: Parts) -> Chatting:
    """Return a customer who chats, or a new visitor."""
    return _new(customer_id, await parts.store.read(signing_secrets), parts)


def _new(customer_id: str | None, known: list[str], parts: Parts) -> Chatting:
    token = mint(customer_id, known[0], parts.now(), KEPT)
    caller = caller_of(token, known, parts.now())
    if caller is None:
        raise AssertionError("a token of our own")
    return Chatting(caller, token)
