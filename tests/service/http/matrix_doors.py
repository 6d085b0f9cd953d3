"""The routes as the authorisation matrix sees them: what each is told, and how it is asked for another one's."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote

import httpx2

from tests.service.running import Running

TRIES = 5
Answer = tuple[int, str, str]  # status, media type, body
_NEW = re.compile(r'"(?:ticket_id|conversation_id|trace_id)": ?"[^"]*"|"(?:latency_ms|duration_ms)": ?[0-9.e+-]+')


@dataclass(frozen=True)
class Door:
    """A route that is told the id of one thing of some kind, where "{id}" stands in its path or its body."""

    route: str
    kind: str = ""
    body: Mapping[str, object] | None = None

    async def ask(self, service: Running, id: str, credential: str, customer_id: str | None = None) -> Answer:
        """Ask with a credential or a role's key; a server names a customer."""
        method, path = self.route.split(" ")
        named = {"customer_id": customer_id} if customer_id is not None else {}
        answer = await answered(
            lambda: service.http.request(
                method,
                path.replace("{id}", quote(id, safe="")),
                content=_filled(dict(self.body) | named, id) if self.body is not None else None,
                headers={
                    "Authorization": f"Bearer {service.keys.get(credential, credential)}",
                    "Content-Type": "application/json",
                },
            )
        )
        return answer.status_code, answer.headers.get("content-type", ""), answer.text


async def answered(ask: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
    """Return the answer; where the machine was too busy for one, ask again, since that tells nothing."""
    for _ in range(TRIES):
        answer = await ask()
        if answer.status_code != 503:
            break
    return answer


def without_what_is_new(answer: Answer, *asked: str) -> Answer:
    """Return an answer without what is new in each: ids that were made for it, times, and what it was asked for."""
    status, media_type, text = answer
    text = _NEW.sub("new", text)
    for id in asked:
        text = text.replace(id, "asked")
    return status, media_type, text


def _filled(body: dict[str, object], id: str) -> str:
    return json.dumps(body).replace("{id}", json.dumps(id)[1:-1])


GOES_ON = {"message": "What did I write to you before?", "conversation_id": "{id}"}
# Every route that is told an id. One that is added fails a test until it stands here.
DOORS = (
    Door("GET /v1/conversations/{id}", "conversation"),
    Door("POST /v1/chat", "conversation", GOES_ON),
    Door("POST /v1/chat/stream", "conversation", GOES_ON),
    Door("POST /v1/feedback", "ticket", {"ticket_id": "{id}", "rating": "down", "comment": "Mine?"}),
    Door("GET /v1/desk/cases/{id}", "case"),
    Door("POST /v1/desk/cases/{id}/reply", "case", {"text": "We pay you 100 EUR."}),
    Door("POST /v1/desk/cases/{id}/correct", "case", {"priority": "low"}),
    Door("POST /v1/desk/cases/{id}/approve", "case", {}),
    Door("POST /v1/desk/cases/{id}/decline", "case", {"reason": "no"}),
    Door("POST /v1/desk/cases/{id}/hand-back", "case", {}),
)
# Every way to name an order. Nothing else differs between two requests, so that nothing else may between two answers.
ORDER_WAYS: Mapping[str, Door] = MappingProxyType(
    {
        "a ticket's text": Door("POST /v1/triage", "order", {"text": "Where is my order {id}?"}),
        "a refund asked for": Door("POST /v1/triage", "order", {"text": "I want my money back for order {id}."}),
        "the channel's field": Door("POST /v1/triage", "order", {"text": "Where is my order?", "order_id": "{id}"}),
        "metadata": Door("POST /v1/triage", "order", {"text": "Where is my order?", "metadata": {"order": "{id}"}}),
        "a message": Door("POST /v1/chat", "order", {"message": "Please cancel my order {id}."}),
        "a streamed message": Door("POST /v1/chat/stream", "order", {"message": "When does order {id} arrive?"}),
    }
)
# What is told no id: it is nobody's, or for those who may see everything, or made for the customer that is named.
NAMELESS = (
    Door("GET /v1/schema"),
    Door("GET /livez"),
    Door("GET /readyz"),
    Door("GET /metrics"),
    Door("GET /v1/desk/cases"),
    Door("GET /v1/ops/summary"),
    Door("POST /v1/chat-tokens", body={}),
)
