"""What may be said of a comparison: better, worse, no difference found, or that it takes more data, and how much."""

import math
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from evals.statistics.estimate import LEVEL
from evals.statistics.paired import Paired
from evals.statistics.power import cases_needed

SMALLEST_THAT_MATTERS = 0.02  # of a share


class Verdict(StrEnum):
    """On B, against A."""

    BETTER = "better"
    WORSE = "worse"
    NO_DIFFERENCE = "no difference found"
    NOT_ENOUGH = "not enough data"
    NOT_COMPARABLE = "not comparable"


class Decided(BaseModel):
    """A verdict with its reason in a sentence; `cases_needed` is there where more data could change it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    verdict: Verdict
    cases_needed: int | None = Field(default=None, ge=1)
    reason: str


def judge_difference(paired: Paired, *, smallest_that_matters: float = SMALLEST_THAT_MATTERS) -> Decided:
    """Return what the pairs allow to say; a difference counts only where interval and exact test both say so.

    "No difference found" needs the whole interval within ± smallest_that_matters, or not one discordant case. A
    difference that is certain but smaller than what matters is still one, and its reason says that it is small.
    Raises ValueError unless smallest_that_matters is within (0, 1).
    """
    if not 0 < smallest_that_matters < 1:
        raise ValueError(f"{smallest_that_matters} is no share that could matter")
    value, low, high = paired.difference.value, paired.difference.low, paired.difference.high
    if value is None or low is None or high is None:
        return Decided(verdict=Verdict.NOT_COMPARABLE, reason="No case was judged for both.")
    stated = f"{paired.difference.text()}, exact McNemar p = {paired.mcnemar_p:.3g}"
    if (low > 0 or high < 0) and paired.mcnemar_p < 1 - LEVEL:
        verdict = Verdict.BETTER if low > 0 else Verdict.WORSE
        small = (
            f", though the difference is less than {smallest_that_matters:g}"
            if abs(value) < smallest_that_matters
            else ""
        )
        return Decided(verdict=verdict, reason=f"Interval and exact test exclude 0{small}: {stated}.")
    if paired.discordant == 0:
        reason = f"Right and wrong were identical, case by case: {stated}."
        return Decided(verdict=Verdict.NO_DIFFERENCE, reason=reason)
    if -smallest_that_matters <= low and high <= smallest_that_matters:
        reason = f"Any difference is within ± {smallest_that_matters:g}: {stated}."
        return Decided(verdict=Verdict.NO_DIFFERENCE, reason=reason)
    needed = _needed(paired, value, low, high, smallest_that_matters)
    reason = f"Neither a difference nor the lack of one is certain: {stated}; about {needed} cases would tell."
    return Decided(verdict=Verdict.NOT_ENOUGH, cases_needed=needed, reason=reason)


def _needed(paired: Paired, value: float, low: float, high: float, margin: float) -> int:
    """Return the cases that would be enough for the observed difference, or for the margin where it is below that.

    If the margin's number has been reached already and nothing can be said still, it is the number at which the
    interval excludes 0 or lies within the margin, whichever is sooner, should all shares stay as they are. Cases that
    resemble each other within a conversation are worth less: all numbers grow by the interval's square over Tango's.
    """
    score_low, score_high = paired.score_interval or (low, high)
    design_effect = max(1.0, ((high - low) / (score_high - score_low)) ** 2)
    share = paired.discordant / paired.n
    aim = max(abs(value), margin)
    needed = math.ceil(cases_needed(max(share, aim), aim) * design_effect)
    if needed > paired.n:
        return needed
    beyond = [
        math.ceil(paired.n * ((high - low) / 2 / gap) ** 2) for gap in (abs(value), margin - abs(value)) if gap > 0
    ]
    return max(paired.n + 1, min(beyond))
