"""Reads the closed questions of rubrics.toml."""

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

RUBRICS = Path(__file__).with_name("rubrics.toml")


class BadRubricError(ValueError):
    """rubrics.toml does not hold criteria, or one id twice."""


class Criterion(BaseModel):
    """A yes/no question about one reply, with what counts as yes and what as no."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: str = Field(pattern=r"^[a-z][a-z_]*$")
    version: int = Field(ge=1)
    question: str = Field(min_length=1)
    yes: str = Field(min_length=1)
    no: str = Field(min_length=1)


class _Rubrics(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    criterion: list[Criterion] = Field(min_length=1)


def load_criteria(file: Path = RUBRICS) -> dict[str, Criterion]:
    """Return the criteria by id, in the file's order; raises BadRubricError or OSError."""
    try:
        criteria = _Rubrics.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))).criterion
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as problem:
        raise BadRubricError(f"{file.name} is malformed: {problem}") from problem
    by_id = {criterion.id: criterion for criterion in criteria}
    if len(by_id) < len(criteria):
        raise BadRubricError(f"{file.name} holds one id more than once.")
    return by_id
