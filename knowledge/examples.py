"""Reads the labelled tickets that the classifier head learns from."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge.errors import PartUnavailable

EXAMPLES = Path(__file__).parent / "examples"


class Example(BaseModel):
    """One ticket with its category, its topic within the category, and where it might have been written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    text: str
    category: str
    topic: str
    business: str = "general"
    style: str = "chat"

    @property
    def label(self) -> str:
        """Return what the head learns: category and topic as one label."""
        return f"{self.category}/{self.topic}"


def load_examples(folder: Path = EXAMPLES) -> list[Example]:
    """Return all examples in order of file and line; raises PartUnavailable naming the first line that is not one."""
    examples = []
    for file in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                examples.append(Example.model_validate_json(line))
            except ValidationError as problem:
                where = f"{file.name} line {number} is not an example"
                raise PartUnavailable("examples", where, "CONTRIBUTING.md shows the form.") from problem
    if not examples:
        raise PartUnavailable("examples", f"none in {folder}", "Restore knowledge/examples.")
    return examples


def examples_hash(examples: Sequence[Example]) -> str:
    """Return the hash that a head's manifest carries: texts and labels, in order."""
    rows = [[example.id, example.text, example.label, example.business] for example in examples]
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()
