"""The way in: who calls, whether that may call this, and not too often. What is refused costs nearly nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from service.callers import Caller
from service.http.policy import Policy
from service.http.problems import Problem, too_often
from service.store.counts import Limit
from service.store.entry import enter
from service.store.store import Store

_SCHEME = "bearer "
LONGEST_CREDENTIAL = 4096  # characters


@dataclass(frozen=True)
class Door:
    """Admits requests; see policy.Admission. Where it is not `limited`, it counts and never refuses."""

    store: Store
    limit: Limit
    now: Callable[[], datetime]
    limited: bool = True

    async def admit(self, request: Request, policy: Policy) -> Caller:
        """Return who calls; raises Problem 401, 403 or 429."""
        credential = _credential(request)
        entered = await self.store.write(
            lambda session: enter(session, credential, self.limit, self.now()), durable=False
        )
        if entered is None:
            raise _unauthorised()
        if self.limited and entered.wait:
            raise too_often(entered.wait)
        if entered.caller.role not in policy.roles:
            raise Problem(403, "This credential is not for that.")
        return entered.caller


def _credential(request: Request) -> str:
    """Return the bearer credential; a header that is missing, doubled or of another form is none."""
    headers = request.headers.getlist("authorization")
    if len(headers) != 1 or not headers[0].lower().startswith(_SCHEME):
        raise _unauthorised()
    credential = headers[0][len(_SCHEME) :].strip(" ")
    if not credential or len(credential) > LONGEST_CREDENTIAL or not credential.isascii():
        raise _unauthorised()
    return credential


def _unauthorised() -> Problem:
    return Problem(401, "A credential is needed.", {"WWW-Authenticate": "Bearer"})
