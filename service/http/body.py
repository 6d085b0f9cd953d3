"""Reads a request's body boundedly, and refuses JSON that means different things to different readers."""

import asyncio
import json
import math
import re
from typing import Any

from starlette.requests import Request

from service.http.problems import Problem

LARGEST = 256 * 1024  # bytes of a body
DEEPEST = 32  # levels of nesting
LONGEST_NUMBER = 20  # characters
MOST_PARTS = 500  # values and names, of which no request has a hundred; each would cost time while others wait
_JSON = "application/json"
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
# Matches from every quote on, closed or not, and never goes back: linear whatever the text is.
_STRING = re.compile(r'"(?:[^"\\]++|\\.?)*+"?', re.DOTALL)


async def read_body(request: Request, patience: float) -> bytes:
    """Return the body; raises Problem 413 before more than LARGEST is held, 408 where `patience` seconds run out."""
    length = request.headers.get("content-length", "0")
    if length.isascii() and length.isdigit() and int(length[:20]) > LARGEST:
        raise _too_large()
    pieces, size = [], 0
    try:
        async with asyncio.timeout(patience):
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
    _require_few(text)
    try:
        found = json.loads(
            text, object_pairs_hook=_object, parse_constant=_refuse, parse_int=_integer, parse_float=_number
        )
    except RecursionError as problem:
        raise _too_deep() from problem
    except ValueError as problem:
        raise Problem(400, "The body is not JSON that can be read in one way only.") from problem
    if not isinstance(found, dict):
        raise Problem(422, "The body has to be one object.")
    _require_text(found)


def _too_large() -> Problem:
    return Problem(413, f"The body is larger than {LARGEST} bytes.", {"Connection": "close"})


def _require_few(text: str) -> None:
    """Count the parts outside of strings, before a parser makes objects of them."""
    shape = _STRING.sub("", text)
    if sum(shape.count(sign) for sign in "[{,") > MOST_PARTS:
        raise Problem(400, f"The body has more than {MOST_PARTS} parts.")


def _require_text(found: dict[str, Any]) -> None:
    """Look at every string; the levels are gone through without recursion."""
    level: list[Any] = [found]
    for _ in range(DEEPEST):
        parts: list[Any] = []
        for value in level:
            parts += [*value, *value.values()] if isinstance(value, dict) else value
        if any(isinstance(part, str) and _NO_TEXT.search(part) for part in parts):
            raise Problem(422, "The body holds characters that are no text.")
        level = [part for part in parts if isinstance(part, dict | list)]
        if not level:
            return
    raise _too_deep()


def _too_deep() -> Problem:
    return Problem(400, f"The body is nested deeper than {DEEPEST} levels.")


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
