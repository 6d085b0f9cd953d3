"""The data sets by name: dev, holdout, smoke, or a file of cases or of labelled tickets."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from agent.taxonomy import TAXONOMY, NextAction, Priority
from evals.cases.case import Case, Expect, Kind
from evals.cases.loading import DATA, BadCaseError, cases_hash, load_cases

SMOKE_EVERY = 3  # of the dev cases of each file
LABELLED = DATA / "labelled"
END_STATE, CATEGORY = "end state", "category"


@dataclass(frozen=True)
class DataSet:
    """Cases under a name. `sealed`: no answer of a single case may be shown; `judged_by`: what they can tell."""

    name: str
    cases: tuple[Case, ...]
    sha256: str
    sealed: bool = False
    judged_by: str = END_STATE


class LabelledTicket(BaseModel):
    """A ticket with its category only; what else stands in a line is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    text: str
    category: str
    also_ok: tuple[str, ...] = ()
    kind: Kind = Kind.ROUTINE


def data_set(name: str) -> DataSet:
    """Return a data set by its name or file; raises BadCaseError or OSError. A file of the holdout is sealed too."""
    if name in {"dev", "holdout"}:
        return _set(name, load_cases(DATA / name), sealed=name == "holdout")
    if name == "smoke":
        by_file = [load_cases(file)[::SMOKE_EVERY] for file in sorted((DATA / "dev").glob("*.yaml"))]
        return _set(name, [case for cases in by_file for case in cases])
    file = Path(name)
    known = file.is_dir() or file.suffix in {".yaml", ".yml", ".jsonl"}
    if not known or not file.exists():
        why = "there is no such file" if known else "say dev, holdout, smoke, or a .yaml or .jsonl file"
        raise BadCaseError(f"{name} is no data set: {why}.")
    if file.suffix in {".yaml", ".yml"}:
        return _set(file.stem, load_cases(file), sealed=file.resolve().is_relative_to(DATA.resolve() / "holdout"))
    tickets = load_labelled(file)
    if twice := [id for id, count in Counter(ticket.id for ticket in tickets).items() if count > 1]:
        raise BadCaseError(f"The id {twice[0]!r} is used twice in {file}: results are compared by it.")
    return DataSet(file.stem, tuple(_case(ticket) for ticket in tickets), _hash(tickets), judged_by=CATEGORY)


def load_labelled(place: Path = LABELLED) -> list[LabelledTicket]:
    """Return the labelled tickets of a file, or of all .jsonl files of a folder; raises BadCaseError or OSError."""
    files = sorted(place.glob("*.jsonl")) if place.is_dir() else [place]
    tickets = [ticket for file in files for ticket in _lines(file)]
    if not tickets:
        raise BadCaseError(f"There are no labelled tickets in {place}.")
    return tickets


def _lines(file: Path) -> Iterator[LabelledTicket]:
    try:
        # Not splitlines(): JSON strings may hold U+2028 and others of its line ends.
        text = file.read_text(encoding="utf-8")
        lines = text.removesuffix("\n").split("\n") if text else []
    except UnicodeDecodeError as problem:
        raise BadCaseError(f"{file.name} is not UTF-8.") from problem
    for number, line in enumerate(lines, start=1):
        try:
            ticket = LabelledTicket.model_validate_json(line)
        except ValidationError as problem:
            error = problem.errors()[0]
            where = f"{file.name}, line {number}: {'.'.join(map(str, error['loc']))}: {error['msg']}"
            raise BadCaseError(f"{where}. A line needs id, text and category.") from problem
        unknown = {ticket.category, *ticket.also_ok} - set(TAXONOMY)
        if unknown:
            raise BadCaseError(f"{file.name}, line {number}: {', '.join(sorted(unknown))} is not a category.")
        yield ticket


def _case(ticket: LabelledTicket) -> Case:
    """Return a case that holds the category and leaves all else open."""
    allowed = (ticket.category, *ticket.also_ok)
    actions = [action for action in NextAction if any(action in TAXONOMY[name].actions for name in allowed)]
    expect: dict[str, Any] = {
        "category": ticket.category,
        "topic": next(iter(TAXONOMY[ticket.category].topics)),
        "also_ok": ticket.also_ok,
        "action": tuple(actions),
        "priority": (Priority.LOW, Priority.URGENT),
        "extra_calls_ok": True,
    }
    # Ids of other people's files are no ids of ours: what matters is that they are unique and stay.
    digest = hashlib.sha256(ticket.id.encode("utf-8", "backslashreplace")).hexdigest()[:10]
    return Case(
        id=f"labelled-{digest}",
        kind=ticket.kind,
        about=ticket.id,
        text=ticket.text,
        expect=Expect(**expect),
    )


def _set(name: str, cases: list[Case], *, sealed: bool = False) -> DataSet:
    return DataSet(name, tuple(cases), cases_hash(cases), sealed)


def _hash(tickets: list[LabelledTicket]) -> str:
    lines = sorted(json.dumps(ticket.model_dump(mode="json")) for ticket in tickets)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
