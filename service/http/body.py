"""Reads a request's body boundedly, and refuses JSON that means different things to different readers."""

import asyncio
import json
import math
from collections.abc import Iterable
from typing import Any

from starlette.requests import Request

from service.http.problems import Problem

LARGEST = 256 * 1024  # bytes of a body
SLOWEST = 10.0  # seconds until all of it has to be there
DEEPEST = 32  # levels of nesting
LONGEST_NUMBER = 20  # characters
_JSON = "application/json"


async def read_body(request: Request) -> bytes:
    """Return the body; raises Problem 413 before more than LARGEST is held, 408 for one that does not come."""
    length = request.headers.get("content-length", "0")
    if length.isascii() and length.isdigit() and int(length[:20]) > LARGEST:
        raise _too_large()
    pieces, size = [], 0
    try:
        async with asyncio.timeout(SLOWEST):
            async for piece in request.stream():
                size += len(piece)
                if size > LARGEST:
                    raise _too_large()
                pieces.append(piece)
    except TimeoutError as problem:
        raise Problem(408, "The body did not come in time.", {"Connection": "close"}) from problem
    return b"".join(pieces)


def require_json(request: Request, body: bytes) -> None:
    """Raise Problem unless the body is one JSON text, in UTF-8, that every reader understands alike."""
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type != _JSON:
        raise Problem(415, f"The body has to be {_JSON}.")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise Problem(400, "The body is not UTF-8.") from problem
    if text.startswith("\ufeff"):
        raise Problem(400, "The body begins with a byte order mark.")
    _require_shallow(text)
    try:
        found = json.loads(
            text, object_pairs_hook=_object, parse_constant=_refuse, parse_int=_integer, parse_float=_number
        )
    except (ValueError, RecursionError) as problem:
        raise Problem(400, "The body is not JSON that can be read in one way only.") from problem
    if not isinstance(found, dict):
        raise Problem(422, "The body has to be one object.")
    for part in _texts(found):
        if "\x00" in part or any("\ud800" <= character <= "\udfff" for character in part):
            raise Problem(422, "The body holds characters that are no text.")


def _too_large() -> Problem:
    return Problem(413, f"The body is larger than {LARGEST} bytes.", {"Connection": "close"})


def _require_shallow(text: str) -> None:
    """Count brackets outside of strings before a recursive parser sees them."""
    depth, inside, escaped = 0, False, False
    for character in text:
        if inside:
            inside = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            inside = True
        elif character in "[{":
            depth += 1
            if depth > DEEPEST:
                raise Problem(400, f"The body is nested deeper than {DEEPEST} levels.")
        elif character in "]}":
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found


def _refuse(_constant: str) -> None:
    raise ValueError("no number")


def _integer(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise ValueError("too many digits")
    return int(digits)


def _number(digits: str) -> float:
    found = float(digits)
    if not math.isfinite(found):
        raise ValueError("too large")
    return found


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, part in value.items():
            yield name
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
