"""Every place of a request in which a customer's words can stand: "{}" is where. Others read other places."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote

from tests.service.http.raw import post, request


@dataclass(frozen=True)
class Named:
    """What requests name besides: keys by role, and ids of things that exist."""

    keys: Mapping[str, str]
    conversation_id: str
    ticket_id: str
    case_id: str

    def filled(self, text: str) -> str:
        """Return a text with ids where it names them."""
        for name in ("conversation_id", "ticket_id", "case_id"):
            text = text.replace(f"<{name}>", getattr(self, name))
        return text


Place = Callable[[Named, str], bytes]  # a request with this canary in one place


def _json(path: str, role: str = "service", **body: object) -> Place:
    """In a JSON body."""

    def place(named: Named, canary: str) -> bytes:
        filled = named.filled(json.dumps(body)).replace("{}", json.dumps(canary)[1:-1])
        return post(named.filled(path), named.keys[role], filled.encode())

    return place


def _raw(body: str, media_type: str = "application/json") -> Place:
    """In a body as it is."""

    def place(named: Named, canary: str) -> bytes:
        return post("/v1/chat", named.keys["service"], body.replace("{}", canary).encode(), media_type=media_type)

    return place


def _path(path: str, role: str = "service", method: str = "GET") -> Place:
    """In a path or query."""

    def place(named: Named, canary: str) -> bytes:
        credential = f"Authorization: Bearer {named.keys[role]}"
        return request(method, path.replace("{}", quote(canary, safe="")), credential)

    return place


def _headers(*lines: str, credential: str = "Authorization: Bearer <key>") -> Place:
    """In headers; what no header can carry is left out."""

    def place(named: Named, canary: str) -> bytes:
        said = canary.partition("\r")[0].encode("latin-1", "ignore").decode("latin-1")
        body = named.filled('{"ticket_id": "<ticket_id>", "rating": "up"}').encode()
        own = ("Content-Type: application/json", f"Content-Length: {len(body)}")
        filled = [line.replace("{}", said).replace("<key>", named.keys["service"]) for line in (credential, *lines)]
        return request("POST", "/v1/feedback", *filled, *own, body=body)

    return place


# What is decided or kept, where it is well-formed in what the canary is too.
TAKEN: Mapping[str, Place] = MappingProxyType(
    {
        "message": _json("/v1/chat", message="Hello, I am {}. Where is my parcel?"),
        "streamed message": _json("/v1/chat/stream", message="It is {}, I want my money back"),
        "follow-up": _json("/v1/chat", message="it's {}", conversation_id="<conversation_id>"),
        "text": _json("/v1/triage", text="{} can't log in"),
        "metadata's value": _json("/v1/triage", text="hello", metadata={"subject": "{}"}),
        "metadata's name": _json("/v1/triage", text="hello", metadata={"{}": "order"}),
        "order": _json("/v1/triage", text="Where is my order?", order_id="{}"),
        "order in the text": _json("/v1/triage", text="Where is my order A-10234? It's {}, order number {}"),
        "customer": _json("/v1/triage", text="Where is my order A-10234?", customer_id="{}"),
        "customer of a token": _json("/v1/chat-tokens", customer_id="{}"),
        "comment": _json("/v1/feedback", ticket_id="<ticket_id>", rating="up", comment="Thanks from {}"),
        "desk's reply": _json("/v1/desk/cases/<case_id>/reply", "desk", text="Dear {}"),
        "user agent": _headers("User-Agent: {}"),
        "cookie": _headers("Cookie: session={}"),
        "referrer": _headers("Referer: https://shop.example/?q={}"),
        "host": _headers("Host: {}"),
        "address": _headers("X-Forwarded-For: {}", "X-Request-ID: {}", "Forwarded: for={}"),
        "tracing": _headers("traceparent: 00-{}", "baggage: user={}", "tracestate: a={}"),
        "idempotency key": _headers("Idempotency-Key: {}"),
        "query's cursor": _path("/v1/desk/cases?after={}", "desk"),
    }
)
REFUSED: Mapping[str, Place] = MappingProxyType(
    {
        "unknown conversation": _json("/v1/chat", message="hello", conversation_id="{}"),
        "unknown ticket": _json("/v1/feedback", ticket_id="{}", rating="up"),
        "desk's reason": _json("/v1/desk/cases/<case_id>/decline", "desk", reason="{}"),
        "rating": _json("/v1/feedback", ticket_id="<ticket_id>", rating="{}"),
        "channel": _json("/v1/triage", text="hello", channel="{}"),
        "category": _json("/v1/desk/cases/<case_id>/correct", "desk", category="{}"),
        "priority": _json("/v1/desk/cases/<case_id>/correct", "desk", priority="{}"),
        "unknown field": _json("/v1/chat", message="hello", **{"{}": "x"}),
        "unknown field's value": _json("/v1/chat", message="hello", is_admin="{}"),
        "field of a wrong type": _json("/v1/chat", message=["{}", {"{}": "{}"}]),
        "metadata of a wrong type": _json("/v1/triage", text="hello", metadata={"{}": ["{}"]}),
        "too long": _json("/v1/triage", text="hello", order_id="{}" * 30),
        "no text": _json("/v1/chat", message="{}\ud800"),
        "cut JSON": _raw('{"message": "{}'),
        "a name twice": _raw('{"message": "{}", "message": "{}"}'),
        "no number": _raw('{"message": "{}", "n": NaN}'),
        "no object": _raw('["{}"]'),
        "other media type": _raw("message={}", "application/x-www-form-urlencoded"),
        "path": _path("/{}"),
        "path below a route": _path("/v1/conversations/{}/more"),
        "path with a slash": _path("/v1/conversations/{}/"),
        "conversation in the path": _path("/v1/conversations/{}"),
        "case in the path": _path("/v1/desk/cases/{}", "desk"),
        "query": _path("/v1/desk/cases?state={}&most={}&{}=x", "desk"),
        "hours": _path("/v1/ops/summary?hours={}", "ops"),
        "method of another route": _path("/v1/conversations/{}", method="DELETE"),
        "method that is none": _path("/{}", method="CANARY"),
        "credential": _headers(credential="Authorization: Bearer {}"),
        "password": _headers(credential="Authorization: Basic {}"),
        "two credentials": _headers("Authorization: Bearer {}"),
        "two keys": _headers("Idempotency-Key: {}", "Idempotency-Key: {}"),
        "media type": _headers("Content-Type: {}"),
        "length": _headers("Content-Length: {}"),
        "encoding": _headers("Transfer-Encoding: {}"),
        "protocol": _headers("Upgrade: {}", "Connection: Upgrade", credential="Authorization: {}"),
        "no HTTP": lambda _, canary: f"{canary}\r\n\r\n".encode(),
    }
)
