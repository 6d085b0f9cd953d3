"""Signing in with a key of the desk or of those who run the service, and out again."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from service.callers import Role
from service.http.parts import Open
from service.http.policy import public
from service.http.problems import too_often
from service.store.counts import Limit, count
from service.store.sessions import LASTS, sign_in, sign_out
from service.store.store import Session
from service.web.browser import SESSION, cookie, forget, keep
from service.web.page_route import Here, PageRoute, Sent, go_to
from service.web.rendering import page

ATTEMPTS = Limit(most=10, seconds=60)  # of all who try together: a key is too long to be guessed in any number of them
FIRST = {Role.DESK: "/desk", Role.OPS: "/ops", Role.ADMIN: "/desk"}
PAGES = ("/desk", "/ops")
Next = Annotated[str, Query(max_length=200)]

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/sign-in")
@public
async def form(here: Here, next: Next = "") -> Response:
    """Show the form."""
    return page("sign_in.html", csrf=here.csrf, person=None, next=next if _ours(next) else "", wrong=False)


@router.post("/sign-in")
@public
async def enter(request: Request, sent: Sent, here: Here, parts: Open) -> Response:
    """Begin a session, and go where the person wanted to."""
    key, wanted, before = sent.get("key", "").strip(), sent.get("next", ""), cookie(request, SESSION)

    def unit(session: Session) -> tuple[str, Role] | int | None:
        begun = sign_in(session, key, parts.now())
        if begun is None:
            return count(session, "sign-in:failed", ATTEMPTS, parts.now()) or None
        if before is not None:
            sign_out(session, before)  # nobody would ever end it
        return begun

    found = await parts.store.write(unit)
    if isinstance(found, int) and parts.door.limited:
        raise too_often(found)
    if not isinstance(found, tuple):
        return page("sign_in.html", 401, csrf=here.csrf, person=None, next=wanted if _ours(wanted) else "", wrong=True)
    secret, role = found
    response = go_to(wanted if _ours(wanted) else FIRST[role])
    keep(response, request, SESSION, secret, int(LASTS.total_seconds()))
    return response


@router.post("/sign-out")
@public
async def leave(request: Request, parts: Open) -> Response:
    """End the session."""
    secret = cookie(request, SESSION)
    if secret is not None:
        await parts.store.write(lambda session: sign_out(session, secret))
    response = go_to("/sign-in")
    forget(response, SESSION)
    return response


def _ours(path: str) -> bool:
    """Say whether a path is one of the pages; any other could lead elsewhere."""
    return (
        path.isascii()
        and path.isprintable()
        and f"{path.partition('?')[0]}/".startswith(tuple(f"{one}/" for one in PAGES))
    )
