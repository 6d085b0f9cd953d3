"""Whether a judge may gate: the thresholds stand in CALIBRATION.md alone, together with how they came about."""

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evals.judge.calibration import Calibration
from evals.statistics.estimate import Estimate

CALIBRATION = Path(__file__).parent.parent / "CALIBRATION.md"
_BLOCK = re.compile(r"^```toml\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class BadThresholdsError(ValueError):
    """CALIBRATION.md holds no thresholds, or others than the last row of their history."""


class JudgeThresholds(BaseModel):
    """What a judge has to reach on each criterion; TPR and TNR can't be set as low as a constant judge's."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    labels: int = Field(ge=1, description="Human-reviewed items that the judge answered with yes or no, at least.")
    of_each_class: int = Field(ge=1, description="Of these, labelled yes and labelled no, at least.")
    tpr: float = Field(gt=0.5, le=1)
    tnr: float = Field(gt=0.5, le=1)
    not_judged: float = Field(ge=0, lt=0.5, description="Share that the judge could not tell or failed on, at most.")


class HistoryRow(JudgeThresholds):
    """The thresholds from one day on: who or what changed them, and why."""

    on: date
    changed_by: str = Field(min_length=3)
    what: str = Field(min_length=10)
    why: str = Field(min_length=10)


class _Block(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    thresholds: JudgeThresholds
    history: list[HistoryRow] = Field(min_length=1)


@dataclass(frozen=True)
class GateDecision:
    """Whether a judge may gate by a criterion; `reasons` say why not."""

    may_gate: bool
    reasons: tuple[str, ...]


def thresholds(path: Path = CALIBRATION) -> JudgeThresholds:
    """Return the thresholds in force; raises OSError, or BadThresholdsError unless the history's end says the same."""
    blocks = _BLOCK.findall(path.read_text(encoding="utf-8"))
    if len(blocks) != 1:
        raise BadThresholdsError(f"{path.name} has to hold one block of TOML, and holds {len(blocks)}.")
    try:
        block = _Block.model_validate(tomllib.loads(blocks[0]))
    except (tomllib.TOMLDecodeError, ValidationError) as problem:
        raise BadThresholdsError(f"The thresholds in {path.name} are malformed: {problem}") from problem
    days = [row.on for row in block.history]
    if days != sorted(days):
        raise BadThresholdsError(f"The history in {path.name} is not in order of days.")
    last = block.history[-1]
    differing = [
        f"{name} is {value} and {getattr(last, name)} in the history"
        for name, value in block.thresholds.model_dump().items()
        if value != getattr(last, name)
    ]
    if differing:
        raise BadThresholdsError(f"{path.name}: {'; '.join(differing)}. A change needs its row, with a reason.")
    return block.thresholds


def decide(calibration: Calibration, least: JudgeThresholds) -> GateDecision:
    """Say whether the judge may gate by the criterion that it was calibrated on."""
    if not calibration.labels:
        return GateDecision(False, ("no human-reviewed labels",))
    confusion = calibration.confusion
    reasons = [
        f"{count} {what}, {needed} needed"
        for count, what, needed in (
            (confusion.n, "human-reviewed items that it answered", least.labels),
            (confusion.positives, "of them labelled yes", least.of_each_class),
            (confusion.negatives, "of them labelled no", least.of_each_class),
        )
        if count < needed
    ]
    reasons += _below("TPR", calibration.tpr, least.tpr) + _below("TNR", calibration.tnr, least.tnr)
    silent = (calibration.cannot_tell + calibration.failed) / calibration.labels
    if silent > least.not_judged:
        reasons.append(f"{silent:.3f} of the items not judged, at most {least.not_judged:.2f} may be")
    return GateDecision(not reasons, tuple(reasons))


def _below(name: str, share: Estimate, needed: float) -> list[str]:
    if share.value is not None and share.value >= needed:
        return []
    told = "not measured" if share.value is None else f"{share.value:.3f}"
    return [f"{name} {told}, {needed:.2f} needed"]
