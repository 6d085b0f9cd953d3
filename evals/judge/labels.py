"""Reads labels and keeps those that people gave: what most of them say of an item is what a judge is held against."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from evals.judge.protocol import Grade

_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")
# A word of `by` that says that no person labelled. Someone whose name holds one signs otherwise, such as with initials.
_MACHINE = re.compile(
    r"(?<![^\W\d_])(ai|assistant|auto|automatic|bot|chatgpt|claude|copilot|deepseek|gemini|gemma|gpt|grok|judge|llama|llm"
    r"|machine|mistral|model|qwen|script|synthetic)(?![^\W\d_])",
    re.IGNORECASE,
)


class BadLabelError(ValueError):
    """A line of a label file is not a label, or contradicts another; the message names file and line."""


def _utc(value: object) -> object:
    if not isinstance(value, datetime) and not (isinstance(value, str) and _UTC.fullmatch(value)):
        raise ValueError("has to be an RFC 3339 time in UTC, such as 2026-11-24T09:30:00Z")
    return value


class Label(BaseModel):
    """One person's answer to one criterion about one reply."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    item: str = Field(min_length=1)
    criterion: str = Field(min_length=1)
    ticket: str = Field(min_length=1)
    reply: str = Field(min_length=1)
    label: Grade
    by: str
    at: Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_utc)]  # strict would refuse the checked text

    @property
    def person(self) -> str:
        """Who labelled, so that the same name written otherwise is the same person."""
        return " ".join(self.by.split()).casefold()


@dataclass(frozen=True)
class AgreedItem:
    """A reply and what more than half of the people say about it."""

    item: str
    ticket: str
    reply: str
    label: Grade


@dataclass(frozen=True)
class ReviewedLabels:
    """What people say by one criterion: `agreed` in order of item, and counts of what was left out.

    `by_pair` holds, for each two people, their answers to the items that both judged.
    """

    agreed: tuple[AgreedItem, ...]
    ties: int
    not_by_people: int
    replaced: int
    by_pair: dict[tuple[str, str], list[tuple[Grade, Grade]]]


def by_a_person(label: Label, judges: Collection[str] = ()) -> bool:
    """Say whether a person gave it, as far as the name tells; nothing can prove it. `judges` are names of no person."""
    return bool(label.person) and not _MACHINE.search(label.person) and label.person not in map(str.casefold, judges)


def load_labels(file: Path, criteria: Collection[str]) -> list[Label]:
    """Return all labels of a JSONL file, whoever gave them; raises OSError, or BadLabelError at the first bad line."""
    labels = []
    texts: dict[str, tuple[str, str]] = {}
    for number, label in _rows(file):
        if label.criterion not in criteria:
            raise BadLabelError(f"{file.name}, line {number}: criterion: {label.criterion} is not in rubrics.toml.")
        if texts.setdefault(label.item, (label.ticket, label.reply)) != (label.ticket, label.reply):
            raise BadLabelError(f"{file.name}, line {number}: item: {label.item} stands above with other texts.")
        labels.append(label)
    return labels


def review(labels: Sequence[Label], criterion: str, judges: Collection[str] = ()) -> ReviewedLabels:
    """Return what people say by this criterion. Of two answers of one person to one item the later one counts.

    An item has the answer that more than half of its people gave; where there is none, it is a tie and left out.
    """
    mine = [label for label in labels if label.criterion == criterion]
    by_people = sorted((label for label in mine if by_a_person(label, judges)), key=lambda label: label.at)
    latest: dict[str, dict[str, Label]] = defaultdict(dict)
    for label in by_people:
        latest[label.item][label.person] = label
    items = [answers for _, answers in sorted(latest.items())]
    agreed = [one for one in map(_agreed, items) if one is not None]
    return ReviewedLabels(
        agreed=tuple(agreed),
        ties=len(items) - len(agreed),
        not_by_people=len(mine) - len(by_people),
        replaced=len(by_people) - sum(map(len, items)),
        by_pair=_pairs(items),
    )


def _rows(file: Path) -> Iterator[tuple[int, Label]]:
    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                yield number, Label.model_validate_json(line)
            except ValidationError as problem:
                error = problem.errors()[0]
                place = ".".join(map(str, error["loc"])) or "the line"
                raise BadLabelError(f"{file.name}, line {number}: {place}: {error['msg']}.") from problem


def _agreed(answers: dict[str, Label]) -> AgreedItem | None:
    one = next(iter(answers.values()))
    label, votes = Counter(answer.label for answer in answers.values()).most_common(1)[0]
    return AgreedItem(one.item, one.ticket, one.reply, label) if 2 * votes > len(answers) else None


def _pairs(items: Sequence[dict[str, Label]]) -> dict[tuple[str, str], list[tuple[Grade, Grade]]]:
    pairs: dict[tuple[str, str], list[tuple[Grade, Grade]]] = defaultdict(list)
    for answers in items:
        people = sorted(answers)
        for place, one in enumerate(people):
            for other in people[place + 1 :]:
                pairs[one, other].append((answers[one].label, answers[other].label))
    return dict(sorted(pairs.items()))
