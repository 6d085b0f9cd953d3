"""One frozen set of everything that changes behaviour, with a dated id. Never edited once published, but copied."""

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from agent.models.sureness import Sureness
from agent.trace import Act

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


class Time(_Section):
    """How the deadline is divided. `rest_s` is what the steps of code need after any act of a large model.

    An act may take its share of what is left, so that one that hangs leaves time for those behind it.
    """

    rest_s: float = Field(default=0.3, ge=0)
    classify: float = Field(default=0.4, gt=0, le=1)
    choose_lookups: float = Field(default=0.4, gt=0, le=1)
    write_reply: float = Field(default=1.0, gt=0, le=1)

    def of(self, act: Act) -> tuple[float, float]:
        """Return an act's share of what is left, and the seconds that have to be left behind it."""
        shares: dict[Act, float] = {
            "classify": self.classify,
            "choose_lookups": self.choose_lookups,
            "write_reply": self.write_reply,
        }
        return shares[act], self.rest_s


class PromptVersions(_Section):
    """Which version of each prompt is used."""

    classify: str
    choose_lookups: str
    write_reply: str


class Large(_Section):
    """How a large model takes part. `trust` is the share of its labels that are taken to be right.

    It is asked for a label where the embedded model is less sure than `ask_below`, by the measure `ask_by`; None asks
    it for every ticket, and for look-ups too.
    """

    trust: float = Field(gt=0, lt=1)
    ask_by: Sureness = Field(default=Sureness.CONFIDENCE, strict=False)
    ask_below: float | None = Field(default=None, gt=0, le=1)
    temperature: float = Field(default=0.0, ge=0, le=2)
    prompts: PromptVersions


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
    time: Time = Time()
    large: Large | None = Field(default=None, description="Absent where no large model is asked.")


def load_release(name: str, folder: Path = RELEASES) -> Release:
    """Return the release with this id, or the newest of the kind that the alias names; raises UnknownReleaseError."""
    releases = _all(folder)
    fitting = [release for release in releases if name in (release.id, release.kind)]
    if not fitting:
        known = ", ".join(sorted({release.kind for release in releases} | {release.id for release in releases}))
        raise UnknownReleaseError(f"There is no release {name!r}. Known: {known}.")
    return fitting[-1]


def release_ids(folder: Path = RELEASES) -> list[str]:
    """Return the ids of all releases, the newest of each kind last."""
    return [release.id for release in _all(folder)]


def _all(folder: Path) -> list[Release]:
    found = (Release.model_validate(tomllib.loads(file.read_text())) for file in folder.glob("*.toml"))
    return sorted(found, key=_place)


def _place(release: Release) -> tuple[str, list[int]]:
    """Return what puts releases of a kind in order: their day, then their number on that day, which a first has not."""
    kind, *numbers = release.id.split("-")
    return kind, [int(number) for number in numbers]
