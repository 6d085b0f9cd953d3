"""The answers of OpenAI's protocol, well formed: as JSON and as a stream, with and without usage."""

import json
from typing import Any

from evals.scripted_server.exchange import Exchange

MODEL = "scripted-1"
CHARACTERS_A_TOKEN = 4
PIECES = 5  # of a streamed answer


async def say(exchange: Exchange, content: str, *, reason: str | None = "stop", usage: bool = True) -> None:
    """Answer a request with this content, in the form that it asks for."""
    if exchange.request.streamed:
        await exchange.open_stream()
        for event in events(exchange, content, reason=reason, usage=usage):
            await exchange.send(event)
        return
    await exchange.answer(200, completion(exchange, content, reason=reason, usage=usage))


def completion(exchange: Exchange, content: str, *, reason: str | None = "stop", usage: bool = True) -> bytes:
    """Return a whole chat completion."""
    message: dict[str, Any] = {"role": "assistant", "content": content}
    if exchange.request.way == "tool":
        reason = "tool_calls" if reason == "stop" else reason
        message = {"role": "assistant", "content": None, "tool_calls": [_call(exchange, content)]}
    body = _body("chat.completion", [{"index": 0, "message": message, "finish_reason": reason}])
    return _json(body | ({"usage": counted(exchange, content)} if usage else {}))


def events(exchange: Exchange, content: str, *, reason: str | None = "stop", usage: bool = True) -> list[bytes]:
    """Return the events of a streamed chat completion, the last one too."""
    size = max(1, -(-len(content) // PIECES))
    pieces = [content[at : at + size] for at in range(0, len(content), size)] or [""]
    parts = [event(_body("chat.completion.chunk", [_delta(exchange, piece, at)])) for at, piece in enumerate(pieces)]
    if reason is not None:
        reason = "tool_calls" if exchange.request.way == "tool" and reason == "stop" else reason
        last = {"index": 0, "delta": {}, "finish_reason": reason}
        parts.append(event(_body("chat.completion.chunk", [last])))
    wanted = exchange.request.body.get("stream_options", {}).get("include_usage")
    if usage and wanted:
        parts.append(event(_body("chat.completion.chunk", []) | {"usage": counted(exchange, content)}))
    return [*parts, b"data: [DONE]\n\n"]


def event(body: dict[str, Any]) -> bytes:
    """Return one server-sent event."""
    return b"data: " + _json(body) + b"\n\n"


def counted(exchange: Exchange, content: str) -> dict[str, Any]:
    """Return the usage: by length, with the system's part as read before."""
    system, user = (len(exchange.request.text(role)) // CHARACTERS_A_TOKEN for role in ("system", "user"))
    written = max(1, len(content) // CHARACTERS_A_TOKEN)
    return {
        "prompt_tokens": system + user,
        "completion_tokens": written,
        "total_tokens": system + user + written,
        "prompt_tokens_details": {"cached_tokens": system},
    }


def _delta(exchange: Exchange, piece: str, at: int) -> dict[str, Any]:
    delta: dict[str, Any] = {"content": piece}
    if exchange.request.way == "tool":
        call = _call(exchange, piece) if at == 0 else {"function": {"arguments": piece}}
        delta = {"tool_calls": [{**call, "index": 0}]}
    if at == 0:
        delta["role"] = "assistant"
    return {"index": 0, "delta": delta, "finish_reason": None}


def _call(exchange: Exchange, arguments: str) -> dict[str, Any]:
    function = {"name": exchange.request.question, "arguments": arguments}
    return {"id": "call_1", "type": "function", "function": function}


def _body(kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": kind, "created": 0, "model": MODEL, "choices": choices}


def _json(body: dict[str, Any]) -> bytes:
    return json.dumps(body).encode()
