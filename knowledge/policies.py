"""Reads policy articles (Markdown with front matter) and cuts them into passages that can be quoted."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge.errors import PartUnavailable
from knowledge.plain_text import plain

POLICIES = Path(__file__).parent / "policies"
MOST_VIEWS = 10  # texts by which one passage is found
LONGEST_PASSAGE = 340  # characters: what reads well as a quote in a reply
_MARKUP = re.compile(r"[<>`{}\[\]|]|https?:|www\.")  # articles are quoted to customers as plain text
_ASKED = re.compile(r"^Asked:(.*)$", re.MULTILINE)  # how customers ask: found by, never quoted
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"'])")


class Policy(BaseModel):
    """One article: what it says, for which category, and from when until when (both days included)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: str
    version: int
    valid_from: date
    valid_to: date | None
    category: str
    rules: tuple[str, ...] = ()
    body: str


class Passage(BaseModel):
    """A citable piece of an article: one to a few whole sentences under one heading."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    policy_id: str
    title: str
    section: str
    text: str
    category: str
    rules: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    valid_from: date
    valid_to: date | None

    def in_force(self, day: date) -> bool:
        """Say whether the article holds on this day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def views(self) -> tuple[str, ...]:
        """Return the texts by which it is found: itself with title and heading, its heading, and how customers ask."""
        return (f"{self.title}. {self.section}. {self.text}", self.section, *self.asked)[:MOST_VIEWS]


def load_policies(folder: Path = POLICIES) -> list[Policy]:
    """Return all articles in order of id; raises PartUnavailable naming the first file that is not valid."""
    policies = [_parse(file) for file in sorted(folder.glob("*.md"))]
    if not policies:
        raise PartUnavailable("policies", f"no articles in {folder}", "Restore knowledge/policies.")
    return policies


def cut(policy: Policy) -> Iterator[Passage]:
    """Yield the article's passages, in order."""
    number = 0
    for section, asked, body in _sections(policy):
        for text in _group(_SENTENCE_END.split(body)):
            number += 1
            yield Passage(
                id=f"{policy.id}.{number}",
                policy_id=policy.id,
                title=policy.title,
                section=section,
                text=text,
                category=policy.category,
                rules=policy.rules,
                asked=asked,
                valid_from=policy.valid_from,
                valid_to=policy.valid_to,
            )


def _parse(file: Path) -> Policy:
    mend = f"Correct {file.name}; CONTRIBUTING.md shows the form of an article."
    try:
        _, front, body = file.read_text(encoding="utf-8").split("---\n", 2)
        policy = Policy.model_validate({**yaml.safe_load(front), "body": plain(body)})
    except (ValueError, TypeError, yaml.YAMLError, ValidationError) as problem:
        raise PartUnavailable("policies", f"{file.name} is not a valid article", mend) from problem
    if policy.id != file.stem:
        raise PartUnavailable("policies", f"{file.name} says id {policy.id}", mend)
    if _MARKUP.search(_ASKED.sub("", policy.body)):
        raise PartUnavailable("policies", f"{file.name} holds markup or a link", mend)
    return policy


def _sections(policy: Policy) -> Iterator[tuple[str, tuple[str, ...], str]]:
    for block in re.split(r"^## ", policy.body, flags=re.MULTILINE):
        heading, _, body = block.partition("\n")
        asked = tuple(one.strip() for line in _ASKED.findall(body) for one in line.split("|") if one.strip())
        text = " ".join(_ASKED.sub("", body).split())
        if text:
            yield heading.strip() or policy.title, asked, text


def _group(sentences: list[str]) -> Iterator[str]:
    group = ""
    for sentence in sentences:
        if group and len(group) + len(sentence) + 1 > LONGEST_PASSAGE:
            yield group
            group = ""
        group = f"{group} {sentence}".strip()
    if group:
        yield group
