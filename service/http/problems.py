"""Errors as RFC 9457 problem documents. None repeats what was sent: not in a message, a field's name or a log."""

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from service.store.errors import StoreBusy, StoreUnavailable

MEDIA_TYPE = "application/problem+json"
LOG = logging.getLogger(__name__)
# Parts of a request that a validation error may name; a field's own name is the sender's word unless we know it.
_PLACES = {"body", "query", "path", "header"}


class FieldProblem(BaseModel):
    """What is wrong with one field of a request."""

    field: str
    problem: str


class ProblemDocument(BaseModel):
    """An error, as RFC 9457 has it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str | None = None
    errors: list[FieldProblem] | None = Field(default=None, description="Of a request that is not valid.")


class Problem(Exception):
    """An answer that is an error; raised anywhere below a route."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})


def not_found() -> Problem:
    """Return the one answer for what does not exist and for what is somebody else's."""
    return Problem(404, "There is nothing here for you.")


def document(status: int, detail: str | None, headers: Mapping[str, str] | None = None, **more: Any) -> Response:
    """Return the response of a problem."""
    body = ProblemDocument(title=HTTPStatus(status).phrase, status=status, detail=detail, **more)
    content = json.dumps(body.model_dump(exclude_none=True), ensure_ascii=True)
    return Response(content, status, headers, MEDIA_TYPE)


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every exception with a problem document."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(StoreUnavailable, _store)
    app.add_exception_handler(Exception, _unforeseen)


async def _problem(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)  # noqa: S101 - registered for this kind
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


async def _store(_request: Request, problem: Exception) -> Response:
    LOG.warning("store: %s", type(problem.__cause__).__name__)
    wait = "1" if isinstance(problem, StoreBusy) else "5"
    return document(503, "The service can't keep anything right now. Try again.", {"Retry-After": wait})


async def _unforeseen(_request: Request, problem: Exception) -> Response:
    # The kind and the place, never the text: it may hold what a customer wrote.
    place = problem.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "?"
    LOG.error("unforeseen: %s at %s", type(problem).__name__, where)
    return document(500, "Something failed that should not have.")
