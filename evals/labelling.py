"""What a person is asked while labelling, and the file that keeps who judged what. Each answer is kept at once."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent.taxonomy import TAXONOMY
from evals.cases.loading import BadCaseError
from evals.datasets import load_labelled
from evals.judge.criteria import Criterion
from evals.result import load


@dataclass(frozen=True)
class Item:
    """What is shown: a ticket, and the reply to it where there is one."""

    id: str
    ticket: str
    reply: str | None = None


@dataclass(frozen=True)
class Asked:
    """One question: of an item, by a criterion, or its category where the criterion is None."""

    item: Item
    criterion: Criterion | None


def items_of(file: Path) -> list[Item]:
    """Return what can be labelled: the answers of a result (.json), else tickets (.jsonl).

    A sealed result holds no answers, so nothing of it can be labelled. Raises BadResultError, BadCaseError or OSError.
    """
    if file.suffix != ".json":
        return [Item(ticket.id, ticket.text) for ticket in load_labelled(file)]
    found = []
    for case in load(file).cases:
        decision = case.first.decision
        if decision is not None:
            found.append(Item(f"{case.id}@{decision.release}", case.text, decision.reply))
    return found


def questions(items: Sequence[Item], criteria: Sequence[Criterion], done: set[tuple[str, str]]) -> list[Asked]:
    """Return what is still to be asked: every criterion of a reply, the category of a bare ticket."""
    asked = []
    for item in items:
        wanted: Sequence[Criterion | None] = criteria if item.reply is not None else [None]
        asked += [Asked(item, one) for one in wanted if (item.id, one.id if one else "category") not in done]
    return asked


def answers_to(asked: Asked) -> dict[str, str]:
    """Return what may be typed and what it means."""
    if asked.criterion is not None:
        return {"y": "yes", "n": "no", "?": "cannot_tell"}
    return {str(number): name for number, name in enumerate(TAXONOMY, start=1)}


def done_by(file: Path, person: str) -> set[tuple[str, str]]:
    """Return item and criterion of what this person has labelled before; raises BadCaseError for a malformed line."""
    if not file.exists():
        return set()
    done = set()
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
            if row["by"] == person:
                done.add((row.get("item", row.get("id")), row.get("criterion", "category")))
        except (ValueError, TypeError, KeyError) as problem:
            raise BadCaseError(f"{file}, line {number} is no label: remove it or say another --out.") from problem
    return done


def keep(file: Path, asked: Asked, label: str, person: str) -> None:
    """Append a label and see it on the disk, so that an interrupted sitting loses nothing.

    Labels of replies have the form that `evals judge calibrate` reads, those of tickets the form of labelled tickets.
    """
    signed = {"by": person, "at": datetime.now(UTC).isoformat(timespec="seconds")}
    item, criterion = asked.item, asked.criterion
    row: dict[str, Any]
    if criterion is not None:
        row = {"item": item.id, "criterion": criterion.id, "ticket": item.ticket, "reply": item.reply, "label": label}
    else:
        row = {"id": item.id, "text": item.ticket, "category": label}
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(row | signed, ensure_ascii=True) + "\n")
        lines.flush()
        os.fsync(lines.fileno())
