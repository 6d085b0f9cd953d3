"""Reads the one JSON object of a model's answer, and nothing that is only nearly one."""

import json
import re
from typing import Any

DEEPEST = 8  # no answer in a schema of ours is nested deeper
_THOUGHT = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)  # models that think aloud do so before they answer
_FENCE = re.compile(r"\A```(?:json)?[ \t]*\n(.*)\n```\Z", re.DOTALL)


class NotAnAnswer(ValueError):
    """The text is not exactly one JSON object, or not one of the schema."""


def json_object(text: str) -> dict[str, Any]:
    """Return the object; raises NotAnAnswer. Thoughts before it and a fence around all of it are taken away."""
    bare = _THOUGHT.sub("", text, count=1).strip()
    fenced = _FENCE.match(bare)
    try:
        # Not strict: servers that hold to a schema by a grammar may let line breaks stand within a text.
        found = json.loads(
            fenced[1] if fenced else bare, strict=False, object_pairs_hook=_once, parse_constant=_no_constant
        )
    except (ValueError, RecursionError):
        raise NotAnAnswer("not one JSON object") from None
    if not isinstance(found, dict) or _depth(found) > DEEPEST:
        raise NotAnAnswer("not one JSON object")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotAnAnswer("a key stands twice")
    return found


def _no_constant(name: str) -> Any:
    raise NotAnAnswer(f"{name} is no JSON")


def _depth(value: Any, at: int = 0) -> int:
    if at > DEEPEST or not isinstance(value, dict | list):
        return at
    inner = value.values() if isinstance(value, dict) else value
    return max((_depth(one, at + 1) for one in inner), default=at + 1)
