"""Completes the OpenAPI document that FastAPI makes of the routes' types by all that they don't say."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi.routing import APIRoute
from fastapi.sse import EventSourceResponse
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from agent.decision import Decision
from service.callers import Role
from service.http.answers import ProblemDocument, StreamedEnd, StreamedProblem, StreamedReply, StreamedStep
from service.http.examples import IDEMPOTENCY_KEY
from service.http.keyed import FORM, HEADER
from service.http.policy import Policy, policy_of
from service.http.refusals import references, refused_by, responses
from service.http.shown import Shown, shown_of

DESCRIPTION = """\
Errors are problem documents (RFC 9457) that never repeat what was sent. What does not exist and what is somebody
else's are answered alike, by 404. Ids are ASCII and opaque. Money is in minor units of its currency; times are UTC.

A request that changes something may name an `Idempotency-Key`: sent again with the same key and body, it is answered
as the first time, byte for byte, for 24 hours.
"""
TAGS = [
    {"name": "tickets", "description": "Tickets and messages in, Decisions out."},
    {"name": "conversations", "description": "What was said, tokens for browsers, feedback."},
    {"name": "desk", "description": "Cases for people: replies, corrections, refunds to approve."},
    {"name": "ops", "description": "What those who run the service look at."},
    {"name": "health", "description": "Whether the process lives and can answer."},
]
_REF = "#/components/schemas/{model}"
_BEARER = "bearer"
_SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "description": "A server's key (roles: service, desk, ops, admin), or a chat token of one browser.",
}
_KEY = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "Names the request, so that it is done once however often it is sent. A key belongs to its caller "
    "and route; with another body it is refused by 422, and by 409 while the first request is in progress.",
    "schema": {"type": "string", "pattern": f"^{FORM.pattern}$"},
    "example": IDEMPOTENCY_KEY,
}
# What each event of the stream holds, in the order in which they come; `problem` comes in place of those before it.
EVENTS: Mapping[str, type[BaseModel]] = {
    "step": StreamedStep,
    "reply": StreamedReply,
    "decision": Decision,
    "done": StreamedEnd,
    "problem": StreamedProblem,
}


def completed(document: dict[str, Any], routes: Iterable[APIRoute]) -> dict[str, Any]:
    """Return the document with examples, security, headers, and for each route the answers that it can give."""
    components = document["components"]
    components["securitySchemes"] = {_BEARER: _SCHEME}
    components["parameters"] = {HEADER: _KEY}
    components["responses"] = responses()
    named = [(model, "serialization") for model in (ProblemDocument, *EVENTS.values())]
    more = models_json_schema(named, ref_template=_REF)[1]["$defs"]  # type: ignore[arg-type]
    # FastAPI's own form of a validation error is one that we never give.
    ours = {name: schema for name, schema in components["schemas"].items() if not name.endswith("ValidationError")}
    components["schemas"] = dict(sorted((more | ours).items()))
    for route in routes:
        for method in route.methods or ():
            _complete(document["paths"][route.path][method.lower()], route)
    return document


def _complete(operation: dict[str, Any], route: APIRoute) -> None:
    policy, shown = policy_of(route.endpoint), shown_of(route.endpoint)
    words = operation["description"]
    operation["summary"] = words.split(". ")[0].splitlines()[0].removesuffix(".")
    operation["description"] = f"{words}\n\n{_callers(policy)}"
    operation["security"] = [] if policy.public else [{_BEARER: []}]
    if shown.keyed:
        operation.setdefault("parameters", []).append({"$ref": f"#/components/parameters/{HEADER}"})
    if shown.asks:
        operation["requestBody"]["content"]["application/json"]["examples"] = dict(shown.asks)
    status = str(route.status_code or 200)
    operation["responses"] = {
        status: _success(operation["responses"][status], route, shown),
        **references(refused_by(route)),
    }


def _success(response: dict[str, Any], route: APIRoute, shown: Shown) -> dict[str, Any]:
    ((media, content),) = response["content"].items()
    if media == EventSourceResponse.media_type:
        content = {"schema": _event_schema(), "examples": {name: _event(name, shown.answer[name]) for name in EVENTS}}
    else:
        content = {**content, "example": shown.answer}
    found: dict[str, Any] = {"description": _first_line(route.response_model) or "Done.", "content": {media: content}}
    if shown.links:
        found["links"] = {
            name: {"operationId": name, "parameters": {"id": f"$response.body#{pointer}"}}
            for name, pointer in shown.links.items()
        }
    return found


def _callers(policy: Policy) -> str:
    if policy.public:
        return "Anybody may call it, without a credential."
    keys = ", ".join(role for role in Role if role in policy.roles and role is not Role.CHAT)
    return f"Keys of these roles may call it: {keys}{'; chat tokens, too' if Role.CHAT in policy.roles else ''}."


def _event_schema() -> dict[str, Any]:
    """Return the schema of one event; OpenAPI 3.1 has no other place for what a stream is made of."""
    return {
        "title": "Event",
        "description": "One server-sent event. Comment lines, which begin with a colon, only keep the connection.",
        "oneOf": [
            {
                "type": "object",
                "description": _first_line(model),
                "required": ["event", "data"],
                "properties": {
                    "event": {"type": "string", "const": name},
                    "data": {
                        "type": "string",
                        "contentMediaType": "application/json",
                        "contentSchema": {"$ref": _REF.format(model=model.__name__)},
                    },
                },
            }
            for name, model in EVENTS.items()
        ],
    }


def _first_line(model: object) -> str:
    return (model.__doc__ or "").splitlines()[0] if isinstance(model, type) and issubclass(model, BaseModel) else ""


def _event(name: str, data: Any) -> dict[str, Any]:
    return {"value": {"event": name, "data": json.dumps(data)}}
