"""One frozen set of everything that changes behaviour, with a dated id. Never edited once published, but copied."""

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

RELEASES = Path(__file__).parent / "releases"


class UnknownReleaseError(ValueError):
    """No release has this id or alias."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Retrieval(_Section):
    """See knowledge.search.SearchSettings."""

    passages: int = Field(ge=1, le=20)
    lowest_score: float = Field(ge=0, le=1)
    lexical_weight: float = Field(ge=0)
    category_bonus: float = Field(ge=0)
    sure_score: float = Field(default=0.0, ge=0, le=1)
    agreeing: int = Field(default=0, ge=0)


class Thresholds(_Section):
    """Below `confident` a category is a guess: the customer is asked, or a person takes over."""

    confident: float = Field(ge=0, le=1)
    switch: float = Field(
        default=0.0, ge=0, le=1, description="From which on a message may change what its thread is about."
    )
    short_ticket: int = Field(ge=0, description="Characters up to which an unclear ticket is asked about.")


class Release(_Section):
    """A release as its TOML file states it. `kind` is the alias that points at the newest of its kind."""

    id: str = Field(pattern=r"^[a-z]+-\d{4}-\d{2}-\d{2}(-\d+)?$")
    kind: str
    change: str
    head: str
    replies: str
    deadline_s: float = Field(gt=0, le=30)
    retrieval: Retrieval
    thresholds: Thresholds


def load_release(name: str, folder: Path = RELEASES) -> Release:
    """Return the release with this id, or the newest of the kind that the alias names; raises UnknownReleaseError."""
    releases = [Release.model_validate(tomllib.loads(file.read_text())) for file in sorted(folder.glob("*.toml"))]
    fitting = [release for release in releases if name in (release.id, release.kind)]
    if not fitting:
        known = ", ".join(sorted({release.kind for release in releases} | {release.id for release in releases}))
        raise UnknownReleaseError(f"There is no release {name!r}. Known: {known}.")
    return fitting[-1]
