"""The kinds of fault that the scripted server has on offer, by name. Each answers one request, or does not.

Longer than most files: it is one table.
"""

import asyncio
import email.utils
import gzip
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from evals.scripted_server.answers import completion, event, events, say
from evals.scripted_server.exchange import Exchange, head

Fault = Callable[[Exchange, str], Awaitable[None]]  # gets what the right answer would have been
HUGE = 10 * 1024 * 1024  # bytes
FOREVER_S = 3600.0
DRIP_S = 0.2
ELSEWHERE = "http://127.0.0.1:9/v1"  # the discard port: nobody listens there


def _status(status: int, headers: Mapping[str, str] | None = None, **error: str | None) -> Fault:
    async def fault(exchange: Exchange, _: str) -> None:
        body = {"error": {"message": f"scripted {status}: {exchange.request.headers.get('authorization')}", **error}}
        await exchange.answer(status, json.dumps(body).encode(), headers=headers)

    return fault


def refused_field(name: str) -> Fault:
    """Return the fault of a server that does not take a field of the request, and says which."""
    return _status(400, type="invalid_request_error", code="unsupported_parameter", param=name)


async def _later_by_date(exchange: Exchange, _: str) -> None:
    due = email.utils.formatdate(time.time() + 30, usegmt=True)
    await _status(429, {"Retry-After": due})(exchange, "")


async def _hangs(exchange: Exchange, _: str) -> None:
    await asyncio.sleep(FOREVER_S)


async def _drips(exchange: Exchange, right: str) -> None:
    """Send the right answer, a byte at a time."""
    for byte in head(200, {"Content-Type": "application/json", "Connection": "close"}) + completion(exchange, right):
        await exchange.send(bytes([byte]))
        await asyncio.sleep(DRIP_S)


async def _keeps_alive(exchange: Exchange, _: str) -> None:
    """Send comments of a stream, and never an event."""
    await exchange.open_stream()
    while True:
        await exchange.send(b": still working\n\n")
        await asyncio.sleep(DRIP_S)


async def _resets(exchange: Exchange, _: str) -> None:
    exchange.writer.transport.abort()


async def _cuts_off(exchange: Exchange, right: str) -> None:
    """Send the first half of an answer, and leave."""
    if exchange.request.streamed:
        await exchange.open_stream()
        for part in events(exchange, right)[:2]:
            await exchange.send(part)
        return
    whole = completion(exchange, right)
    await exchange.send(
        head(200, {"Content-Type": "application/json", "Content-Length": str(len(whole))}) + whole[: len(whole) // 2]
    )
    exchange.writer.close()


def _finishes(reason: str | None) -> Fault:
    async def fault(exchange: Exchange, right: str) -> None:
        await say(exchange, right[: len(right) // 2] if reason == "length" else right, reason=reason)

    return fault


def _body(content: bytes, kind: str = "application/json") -> Fault:
    async def fault(exchange: Exchange, _: str) -> None:
        if exchange.request.streamed and kind == "application/json":
            await exchange.open_stream()
            await exchange.send(b"data: " + content + b"\n\ndata: [DONE]\n\n")
        else:
            await exchange.answer(200, content, kind)

    return fault


def _says(make: Callable[[str], str]) -> Fault:
    async def fault(exchange: Exchange, right: str) -> None:
        await say(exchange, make(right))

    return fault


def _message(message: Mapping[str, object]) -> Fault:
    """Answer with a choice whose message is this."""
    choice = {"index": 0, "message": message, "delta": message, "finish_reason": "stop"}
    body = {"id": "c", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]}
    return _body(json.dumps(body).encode())


async def _corrupt_event(exchange: Exchange, right: str) -> None:
    if not exchange.request.streamed:
        await exchange.answer(200, completion(exchange, right)[:-7])
        return
    await exchange.open_stream()
    first, *rest = events(exchange, right)
    for part in (first, first[:-12] + b"\n\n", *rest):
        await exchange.send(part)


async def _huge(exchange: Exchange, _: str) -> None:
    """Send megabytes of text, as fast as they are taken."""
    text = "x" * 65536
    if exchange.request.streamed:
        await exchange.open_stream()
        part = event({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]})
    else:
        part = text.encode()
        await exchange.send(head(200, {"Content-Type": "application/json", "Content-Length": str(HUGE)}))
    for _piece in range(HUGE // len(text)):
        await exchange.send(part)


async def _compressed(exchange: Exchange, right: str) -> None:
    packed = gzip.compress(completion(exchange, right) + b" " * HUGE)
    await exchange.answer(200, packed, headers={"Content-Encoding": "gzip"})


async def _redirects(exchange: Exchange, _: str) -> None:
    await exchange.answer(307, b"", headers={"Location": f"{ELSEWHERE}/chat/completions"})


async def _sets_cookie(exchange: Exchange, right: str) -> None:
    await exchange.answer(500, completion(exchange, right), headers={"Set-Cookie": "followed=you; Path=/"})


async def _two_calls(exchange: Exchange, right: str) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "issue_refund", "arguments": right}}
    message = {"role": "assistant", "content": None, "tool_calls": [{**call, "index": at} for at in range(100)]}
    await _message(message)(exchange, right)


def _renamed(right: str) -> str:
    """Return the answer with its first value changed into something that no closed set holds."""
    answer = json.loads(right)
    return json.dumps({name: "no_such_choice" if isinstance(value, str) else [{}] for name, value in answer.items()})


FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        "busy_for_a_moment": _status(429, {"Retry-After": "0.2"}),
        "busy_for_long": _status(429, {"Retry-After": "30"}),
        "busy_until_a_date": _later_by_date,
        "busy": _status(429),
        "no_quota": _status(429, type="insufficient_quota", code="insufficient_quota"),
        "unauthorised": _status(401, code="invalid_api_key"),
        "forbidden": _status(403),
        "no_such_model": _status(404, code="model_not_found"),
        "rejected": _status(400),
        "context_overflow": _status(400, code="context_length_exceeded"),
        "broken": _status(500),
        "bad_gateway": _status(502),
        "unavailable": _status(503),
        "overloaded": _status(529),
        "hangs": _hangs,
        "drips": _drips,
        "keeps_alive": _keeps_alive,
        "resets": _resets,
        "cuts_off": _cuts_off,
        "corrupt_event": _corrupt_event,
        "no_finish_reason": _finishes(None),
        "finish_length": _finishes("length"),
        "finish_filter": _finishes("content_filter"),
        "html": _body(b"<html>Sign in</html>", "text/html"),
        "empty": _body(b"", "text/plain"),
        "empty_stream": _body(b"", "text/event-stream"),  # what some servers make of a prompt that is too long
        "null": _body(b"null"),
        "choices_null": _body(b'{"id": "c", "object": "chat.completion", "choices": null}'),
        "choices_empty": _body(b'{"id": "c", "object": "chat.completion", "choices": []}'),
        "content_null": _message({"role": "assistant", "content": None}),
        "refusal": _message({"role": "assistant", "content": None, "refusal": "I can't help with that."}),
        "not_json": _says(lambda _: "I would say that it is about a refund."),
        "truncated_json": _says(lambda right: right[:-2]),
        "two_objects": _says(lambda right: f"{right} {right}"),
        "single_quotes": _says(lambda right: right.replace('"', "'")),
        "a_key_twice": _says(lambda right: f"{right[:-1]}, {right[1:]}"),
        "extra_keys": _says(lambda right: json.dumps(json.loads(right) | {"refund_approved": True})),
        "wrong_choice": _says(_renamed),
        "wrong_types": _says(lambda right: json.dumps(dict.fromkeys(json.loads(right), 7))),
        "deeply_nested": _says(lambda _: "[" * 100_000),
        "a_hundred_calls": _two_calls,
        "huge": _huge,
        "compressed": _compressed,
        "redirects": _redirects,
        "sets_cookie": _sets_cookie,
    }
)
