"""Errors as RFC 9457 problem documents. None repeats what was sent: not in a message, a field's name or a log."""

import json
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from agent.ticket import EmptyTicketError
from service.http.answers import FieldProblem, ProblemDocument
from service.store.conversations import LostRace
from service.store.desk import AlreadyDecided, NoSuchCase
from service.store.errors import StoreBusy, StoreUnavailable
from service.store.idempotency import ClaimLost, KeyInUse, KeyReused
from service.store.owners import NoSuchConversation
from service.store.turns import TooOften
from tools.shop import ShopUnavailable

MEDIA_TYPE = "application/problem+json"
LOG = logging.getLogger(__name__)
# Parts of a request that a validation error may name; a field's own name is the sender's word unless we know it.
_PLACES = {"body", "query", "path", "header"}


class Problem(Exception):
    """An answer that is an error; raised anywhere below a route."""

    def __init__(self, status: int, detail: str | None = None, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})


def too_often(wait: int) -> Problem:
    """Return the refusal of a request that comes too soon."""
    seconds = f"{wait} second{'s' if wait > 1 else ''}"
    return Problem(429, f"Too many requests. Wait {seconds}, then try again.", {"Retry-After": str(wait)})


def _nothing_here(_: Exception) -> Problem:
    # The one answer for what does not exist and for what is somebody else's.
    return Problem(404, "There is nothing here for you.")


def _overtaken(_: Exception) -> Problem:
    detail = "Another message of this conversation came first. Nothing of this one was kept: send it again."
    return Problem(409, detail, {"Retry-After": "1"})


def _store(exception: Exception) -> Problem:
    wait = "1" if isinstance(exception, StoreBusy) else "5"
    return Problem(503, "The service can't keep anything right now. Try again.", {"Retry-After": wait})


# What is raised below the routes, and what it is for a caller.
REFUSALS: Mapping[type[Exception], Callable[[Any], Problem]] = MappingProxyType(
    {
        EmptyTicketError: lambda _: Problem(422, "The message is empty."),
        NoSuchConversation: _nothing_here,
        NoSuchCase: _nothing_here,
        TooOften: lambda found: too_often(found.wait),
        KeyInUse: lambda _: Problem(409, "A request with this Idempotency-Key is in progress.", {"Retry-After": "1"}),
        KeyReused: lambda _: Problem(422, "This Idempotency-Key came with another request before."),
        LostRace: _overtaken,
        ClaimLost: _overtaken,
        AlreadyDecided: lambda _: Problem(409, "There is no refund here that waits for a decision."),
        ShopUnavailable: lambda _: Problem(503, "The shop does not answer. Try again.", {"Retry-After": "5"}),
        StoreUnavailable: _store,
    }
)


def document(status: int, detail: str | None, headers: Mapping[str, str] | None = None, **more: Any) -> Response:
    """Return the response of a problem."""
    body = ProblemDocument(title=HTTPStatus(status).phrase, status=status, detail=detail, **more)
    content = json.dumps(body.model_dump(exclude_none=True), ensure_ascii=True)
    return Response(content, status, headers, MEDIA_TYPE)


def problem_of(exception: Exception) -> Problem:
    """Return the problem that an exception is for the caller; what is not foreseen is logged and says nothing."""
    if isinstance(exception, Problem):
        return exception
    if isinstance(exception, StoreUnavailable):
        LOG.warning("store: %s", type(exception.__cause__).__name__)
    foreseen = next((make for kind, make in REFUSALS.items() if isinstance(exception, kind)), None)
    if foreseen is not None:
        return foreseen(exception)
    # The kind and the place, never the text: it may hold what a customer wrote.
    place = exception.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "?"
    LOG.error("unforeseen: %s at %s", type(exception).__name__, where)
    return Problem(500, "Something failed that should not have.")


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every exception with a problem document."""
    foreseen: tuple[type[Exception], ...] = (Problem, *REFUSALS, Exception)
    for kind in foreseen:
        app.add_exception_handler(kind, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


async def _problem(_request: Request, exception: Exception) -> Response:
    problem = problem_of(exception)
    return document(problem.status, problem.detail, problem.headers)


async def _http(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)  # noqa: S101 - registered for this kind
    return document(problem.status_code, None, problem.headers)


async def _invalid(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, RequestValidationError)  # noqa: S101 - registered for this kind
    known: frozenset[str] = getattr(request.scope.get("endpoint"), "fields", frozenset())
    errors = [FieldProblem(field=_place(error["loc"], known), problem=error["type"]) for error in problem.errors()]
    return document(422, "The request is not valid.", errors=errors[:20])


def _place(loc: tuple[int | str, ...], known: frozenset[str]) -> str:
    parts = [str(part) if part in known or part in _PLACES else "?" for part in loc if not isinstance(part, int)]
    return ".".join(parts) or "?"
