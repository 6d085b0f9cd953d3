"""Loads a version of a prompt: a file with front matter, a stable part, and a part that is filled for each ticket.

Blanks are strict: a prompt has exactly those that its act fills, and each has to be filled. What comes from customers,
orders and articles is put in as JSON, so that no text can end the place it stands in.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from agent.replies import ReplyTexts
from agent.trace import Act
from knowledge.errors import PartUnavailable

PROMPTS = Path(__file__).parent.parent / "prompts"
FOR_EACH_TICKET = "\n--- for each ticket ---\n"
# The blanks of each act: of the stable part, which are the same for every ticket, and of the part for each ticket.
BLANKS: Mapping[Act, tuple[frozenset[str], frozenset[str]]] = {
    "classify": (frozenset({"labels"}), frozenset({"ticket"})),
    "choose_lookups": (frozenset({"tools", "needs"}), frozenset({"ticket", "label", "order_ids"})),
    "write_reply": (frozenset(), frozenset({"ticket", "decision", "blanks", "passages"})),
}


class _Front(BaseModel):
    """What a prompt says of itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    version: str
    purpose: str
    most_tokens: int


@dataclass(frozen=True)
class Prompt:
    """One version of one prompt; `stable` is filled already."""

    version: str
    sha256: str
    most_tokens: int
    stable: str
    each: Template

    def asked(self, **blanks: Any) -> str:
        """Return the part for one ticket, each blank as JSON; raises KeyError for one that is missing."""
        written = {name: json.dumps(value, ensure_ascii=False, indent=1) for name, value in blanks.items()}
        return self.each.substitute(written)


def load_prompt(act: Act, version: str, stable: Mapping[str, str], folder: Path = PROMPTS) -> Prompt:
    """Return a version of an act's prompt, its stable part filled; raises PartUnavailable for one that is not valid."""
    file = folder / act / f"{version}.md"
    mend = "Restore agent/prompts, or name a version that exists in the release."
    try:
        content = file.read_bytes()
        _, front, body = content.decode().split("---\n", 2)
        says = _Front.model_validate(yaml.safe_load(front))
        first, each = (Template(part.strip()) for part in body.split(FOR_EACH_TICKET))
    except OSError as problem:
        raise PartUnavailable("prompts", f"{act} has no version {version}", mend) from problem
    except (ValueError, TypeError, yaml.YAMLError, ValidationError) as problem:
        raise PartUnavailable("prompts", f"{file.name} of {act} is not a valid prompt", mend) from problem
    found = tuple(frozenset(part.get_identifiers()) if part.is_valid() else None for part in (first, each))
    if found != BLANKS[act] or (says.name, says.version) != (act, version):
        raise PartUnavailable("prompts", f"{file.name} of {act} has other blanks, or another name", mend)
    return Prompt(
        version=version,
        sha256=hashlib.sha256(content).hexdigest(),
        most_tokens=says.most_tokens,
        stable=first.substitute(stable),
        each=each,
    )


def versions(replies: ReplyTexts, prompts: Mapping[Act, Prompt]) -> dict[str, str]:
    """Return the version of the reply texts and of each prompt, by name, as Decisions show them."""
    return {"replies": replies.version} | {act: prompt.version for act, prompt in prompts.items()}
