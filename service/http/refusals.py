"""The refusals that the OpenAPI document lists: what each status means, and which of them a route can give."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from fastapi.routing import APIRoute

from service.http.answers import ProblemDocument
from service.http.gate import UNGATED
from service.http.policy import policy_of
from service.http.problems import MEDIA_TYPE
from service.http.shown import shown_of


@dataclass(frozen=True)
class Refusal:
    """One status: what it means, an example's words, and its headers with whether they always come."""

    means: str
    detail: str
    headers: Mapping[str, bool] = field(default_factory=dict)
    errors: tuple[Mapping[str, str], ...] = ()


HEADERS: Mapping[str, Mapping[str, Any]] = {
    "Retry-After": {
        "description": "Seconds to wait before the request is sent again.",
        "schema": {"type": "integer", "minimum": 1},
        "example": 1,
    },
    "WWW-Authenticate": {
        "description": "The kind of credential that is needed.",
        "schema": {"type": "string", "const": "Bearer"},
        "example": "Bearer",
    },
}
_WAIT = {"Retry-After": True}
REFUSALS: Mapping[int, Refusal] = {
    400: Refusal("The body or a header is malformed.", "The body is not JSON that can be read in one way only."),
    401: Refusal("No credential that holds.", "A credential is needed.", {"WWW-Authenticate": True}),
    403: Refusal("The credential is not for that.", "This credential is not for that."),
    404: Refusal("Not there, or not yours: nobody can tell which.", "There is nothing here for you."),
    408: Refusal("The body did not come in time.", "The body did not come in time."),
    409: Refusal(
        "Another request was first. Where it is worth trying again, Retry-After says when.",
        "A request with this Idempotency-Key is in progress.",
        {"Retry-After": False},
    ),
    413: Refusal("The body is too large.", "The body is larger than 262144 bytes."),
    415: Refusal("The body is not `application/json`.", "The body has to be application/json."),
    422: Refusal(
        "The request is not valid, or its Idempotency-Key came with another request before.",
        "The request is not valid.",
        errors=({"field": "body.customer_id", "problem": "string_pattern_mismatch"},),
    ),
    429: Refusal("Too many requests.", "Too many requests. Wait 12 seconds, then try again.", _WAIT),
    503: Refusal("Too much is in progress, or nothing can be kept.", "Too much is in progress. Try again.", _WAIT),
}


def refused_by(route: APIRoute) -> list[int]:
    """Return the statuses of the refusals that a route can give."""
    policy = policy_of(route.endpoint)
    found = {408, 413, *shown_of(route.endpoint).refuses}  # a body is read, and bounded, whatever the method
    if route.body_field is not None:
        found |= {400, 415, 422}
    if route.dependant.path_params or route.dependant.query_params:
        found |= {422}
    if not policy.public:
        found |= {401, 403, 429}
    if route.path not in UNGATED:
        found |= {503}
    return sorted(found)


def references(statuses: Iterable[int]) -> dict[str, Any]:
    """Return an operation's refusals by their status."""
    return {str(status): {"$ref": f"#/components/responses/{_name(status)}"} for status in statuses}


def responses() -> dict[str, Any]:
    """Return the component of each refusal by its name."""
    return {_name(status): _response(status, refusal) for status, refusal in REFUSALS.items()}


def _name(status: int) -> str:
    return HTTPStatus(status).phrase.title().replace(" ", "")


def _response(status: int, refusal: Refusal) -> dict[str, Any]:
    document = ProblemDocument.model_validate(
        {
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": refusal.detail,
            "errors": list(refusal.errors) or None,
        }
    )
    content = {
        "schema": {"$ref": f"#/components/schemas/{ProblemDocument.__name__}"},
        "example": document.model_dump(exclude_none=True),
    }
    found: dict[str, Any] = {"description": refusal.means, "content": {MEDIA_TYPE: content}}
    if refusal.headers:
        found["headers"] = {name: {**HEADERS[name], "required": always} for name, always in refusal.headers.items()}
    return found
