"""Reads cases from YAML files; every problem names file and case."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from evals.cases.case import Case

DATA = Path(__file__).parent.parent / "data"
SCHEMA_FILE = DATA / "case.schema.json"


class BadCaseError(ValueError):
    """A file does not hold cases; the message says where and why."""


def load_cases(*places: Path) -> list[Case]:
    """Return the cases of these files, or of all YAML files in these folders, in order; raises BadCaseError."""
    files = [file for place in places for file in (sorted(place.glob("*.yaml")) if place.is_dir() else [place])]
    cases = [case for file in files for case in _read(file)]
    if not cases:
        raise BadCaseError(f"There are no cases in {', '.join(map(str, places))}.")
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            raise BadCaseError(f"The id {case.id} is used twice.")
        seen.add(case.id)
    return cases


def cases_hash(cases: Sequence[Case]) -> str:
    """Return a hash of all that the cases say, whatever order they stand in."""
    lines = sorted(case.model_dump_json() for case in cases)
    return hashlib.sha256("\n".join(lines).encode("utf-8", "backslashreplace")).hexdigest()


def write_schema() -> None:
    """Write the schema file anew; a test holds it to the types."""
    SCHEMA_FILE.write_text(json.dumps(case_schema(), indent=2) + "\n", encoding="utf-8")


def case_schema() -> dict[str, Any]:
    """Return the JSON Schema of a file of cases."""
    return TypeAdapter(list[Case]).json_schema()


def _read(file: Path) -> Iterator[Case]:
    try:
        rows = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError) as problem:  # a day that no calendar has is a ValueError
        raise BadCaseError(f"{file.name} is not YAML: {' '.join(str(problem).split())}") from problem
    if not isinstance(rows, list):
        raise BadCaseError(f"{file.name} is not a list of cases.")
    for place, row in enumerate(rows, start=1):
        try:
            yield Case.model_validate(row)
        except ValidationError as problem:
            name = row.get("id", f"number {place}") if isinstance(row, dict) else f"number {place}"
            why = "; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in problem.errors()[:4])
            raise BadCaseError(f"{file.name}, case {name}: {why}") from problem
