"""What a scripted model knows: for each question the object that it answers with, read off the request alone."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from agent.models.composing import A_QUOTE
from evals.scripted_server.exchange import Request

Mind = Callable[[Request], Mapping[str, Any]]
# An honest model says these things in words of its own around what the desk has it say.
REGRET = "I am sorry for the trouble."


@dataclass(frozen=True)
class Honest:
    """Answers as the prompts ask it to. `label_of` is what it takes a message for, given the message."""

    label_of: Callable[[str], str]

    def __call__(self, request: Request) -> Mapping[str, Any]:
        """Return the answer to a request."""
        match request.question:
            case "classify":
                return {"reason": "It reads like that.", "label": self.label_of(shown(request)["message"])}
            case "choose_lookups":
                return {"lookups": _look_ups(request)}
            case "write_reply":
                return {"reply": _reply(request)}
        return {"word": "kept"}


def shown(request: Request) -> Mapping[str, Any]:
    """Return the message as the prompt shows it, with what was said before."""
    return dict(_last_json(request, "The message, with what was said before it:"))


def _last_json(request: Request, heading: str) -> Any:
    """Return the JSON value that stands below a heading of the prompt."""
    _, found, rest = request.text("user").rpartition(f"{heading}\n")
    if not found:
        raise ValueError(f"the prompt has no {heading!r}")
    return json.JSONDecoder().raw_decode(rest)[0]


def _look_ups(request: Request) -> list[dict[str, str]]:
    """Return what the table in the prompt says that the label needs, for each number in the list."""
    label, ids = _last_json(request, "The label:"), _last_json(request, "The order numbers:")
    lines = [line for line in request.text("system").splitlines() if line.startswith(f"- {label}: ")]
    tools = lines[0].partition(": ")[2].split(", ") if lines else []
    return [{"tool": tool, "order_id": id} for tool in tools for id in ids]


def _reply(request: Request) -> str:
    """Return regret, what the desk has to say, or the first passage."""
    given = _last_json(request, "The blanks that you may use, with what each will be filled with:")
    passages = _last_json(request, "Passages that you may quote by their blanks:")
    needs = _last_json(request, "The decision:")["needs"]
    core = ["$statement"] * ("statement" in given) + [f"${name}" for name in passages][: A_QUOTE in needs]
    return "\n\n".join([REGRET, *core])
