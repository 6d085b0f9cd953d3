"""The Idempotency-Key of a request: what it is known by, and answers that are given once and then again."""

import hashlib
import re
from collections.abc import Callable

from fastapi import Response
from starlette.requests import Request

from service.callers import Caller
from service.clock import Now
from service.http.problems import Problem
from service.store import idempotency
from service.store.idempotency import Answered, Named
from service.store.store import Session, Store

HEADER = "Idempotency-Key"
FORM = re.compile(r"[!-~]{1,255}")


def named_by(request: Request, caller: Caller) -> Named | None:
    """Return what a request is known by, None where it names no key; raises Problem 400 for a key of another form."""
    keys = request.headers.getlist(HEADER)
    if not keys:
        return None
    if len(keys) > 1 or not FORM.fullmatch(keys[0]):
        raise Problem(400, f"{HEADER} has to be 1 to 255 visible ASCII characters.")
    route = f"{request.method} {request.scope['route'].path} {sorted(request.path_params.items())}"
    digest = hashlib.sha256(request.state.body + request.url.query.encode()).hexdigest()
    return Named(caller.id, route, keys[0], digest)


def response(answered: Answered) -> Response:
    """Return an answer as it is kept."""
    return Response(answered.body, answered.status, media_type="application/json")


async def once(
    request: Request, caller: Caller, store: Store, unit: Callable[[Session], Answered], now: Now
) -> Response:
    """Do a unit and keep its answer in the same transaction; a request with the same key gets that answer again."""
    named = named_by(request, caller)

    def whole(session: Session) -> Answered:
        if named is None:
            return unit(session)
        begun = idempotency.begin(session, named, now())
        if isinstance(begun, Answered):
            return begun
        answered = unit(session)
        idempotency.finish(session, named, begun, answered)
        return answered

    return response(await store.write(whole))
