"""Every route says who may call it and what it reads. A route that does not can't be added."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from fastapi.routing import APIRoute
from fastapi.sse import EventSourceResponse
from pydantic import BaseModel
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Message, Receive

from service.callers import Caller, Role
from service.http.body import read_body, require_json
from service.http.problems import Problem

F = TypeVar("F", bound=Callable[..., Any])
_POLICY = "policy"
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class UndeclaredRouteError(RuntimeError):
    """A route was added that does not say who may call it."""


@dataclass(frozen=True)
class Policy:
    """Who may call a route: nobody is asked for a credential where it is `public`."""

    roles: frozenset[Role] = frozenset()
    public: bool = False


class Admission(Protocol):
    """Says who calls; raises Problem 401, 403 or 429."""

    async def admit(self, request: Request, policy: Policy) -> Caller: ...


def allows(*roles: Role, body: type[BaseModel] | None = None) -> Callable[[F], F]:
    """Declare who may call a route (an admin may call every one), and the model of its body."""
    return _declare(Policy(frozenset(roles) | {Role.ADMIN}), body)


def public(function: F) -> F:
    """Declare a route that anybody may call."""
    return _declare(Policy(public=True), None)(function)


def policy_of(endpoint: Callable[..., Any]) -> Policy:
    """Return a route's policy; raises UndeclaredRouteError."""
    found = getattr(endpoint, _POLICY, None)
    if not isinstance(found, Policy):
        raise UndeclaredRouteError(f"{getattr(endpoint, '__name__', endpoint)} does not say who may call it.")
    return found


def _declare(policy: Policy, body: type[BaseModel] | None) -> Callable[[F], F]:
    def declare(function: F) -> F:
        setattr(function, _POLICY, policy)
        names = body.model_fields if body is not None else {}
        setattr(function, "fields", frozenset(names))  # noqa: B010 - what errors may name
        return function

    return declare


class PolicedRoute(APIRoute):
    """Lets a request in only as its policy says, before its body is read, and stops when the client has gone."""

    def get_route_handler(self) -> Handler:
        """See APIRoute."""
        policy, original = policy_of(self.endpoint), super().get_route_handler()
        reads = bool(self.methods and self.methods & {"POST", "PUT", "PATCH"})
        # A stream has to be begun and ended in one task, and stops by itself when the client has gone.
        streams = isinstance(self.response_class, type) and issubclass(self.response_class, EventSourceResponse)

        async def handler(request: Request) -> Response:
            if b"%2f" in (request.scope.get("raw_path") or b"").lower():
                raise Problem(404)  # a slash that does not part names: others would read another path than we do
            if not policy.public:
                admission: Admission = request.app.state.admission
                request.state.caller = await admission.admit(request, policy)
            body = await _body(request, reads)
            request.state.body = body
            answer = original(Request(request.scope, _again(body, request.receive)))
            return await (answer if streams else until_gone(answer, request.receive))

        return handler


async def _body(request: Request, reads: bool) -> bytes:
    try:
        body = await read_body(request, request.app.state.patience)
    except ClientDisconnect:
        body = b""
    if reads:
        require_json(request, body)
    return body


def _again(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives the body once, then what else comes."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


async def until_gone(work: Awaitable[Response], receive: Receive) -> Response:
    """Return the work's response; where the client goes away before, the work is cancelled and its end awaited."""
    doing = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait({doing, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not doing.done():
            doing.cancel()
            await asyncio.wait({doing})
            if doing.cancelled():
                return Response(status_code=499)  # nobody is left to read it
        return doing.result()
    finally:
        gone.cancel()
        if not doing.done():
            doing.cancel()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
