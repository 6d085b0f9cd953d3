"""The threshold of confidence above which answers may be accepted: derived so that its promise holds, or not at all."""

from pydantic import BaseModel, ConfigDict, Field

from evals.calibration.outcomes import Confidences, Floats, Outcomes, checked
from evals.statistics.estimate import LEVEL
from evals.statistics.proportions import upper_bound

GRID = (0.999, 0.995, *(step / 100 for step in range(99, -1, -1)))  # from the strictest to accepting everything
SPARE_FAILURES = 1  # that the first threshold tried must be able to bear and still pass


class Threshold(BaseModel):
    """The lowest confidence at which answers are accepted; `value` is None where none keeps the promise.

    `n` counts all answers, `accepted` those of at least `value`, `coverage` is their share, `error` the share of them
    that is wrong, and `bound` its upper bound; error and bound are None where there is no threshold.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    value: float | None
    coverage: float = Field(ge=0, le=1)
    error: float | None
    bound: float | None
    n: int = Field(ge=0)
    accepted: int = Field(ge=0)
    target_error: float
    level: float


def derive_threshold(confidence: Confidences, right: Outcomes, target_error: float, level: float = LEVEL) -> Threshold:
    """Return the lowest threshold whose error among accepted answers is at most the target, said with this level.

    Each threshold of a fixed grid is a hypothesis, "its error is above the target", rejected where Clopper-Pearson's
    one-sided upper bound is at most the target. They are tried in an order fixed beforehand, from the strictest down,
    and trying ends at the first that is not rejected (fixed-sequence testing; Angelopoulos et al. 2021, "Learn then
    test"). For a wrong threshold to be returned, the first wrong one on the way must have been rejected, and that is
    one test at its own level; so the whole search keeps the level, without dividing it by the grid's length as
    Bonferroni would. The start is the first threshold that accepts enough answers to pass with `SPARE_FAILURES` wrong
    ones: it depends on how many are accepted, never on which were right, so it does not touch the level. The answers
    must be independent (one of a conversation) and of the kind that will come. Raises ValueError unless target_error
    and level are within (0, 1).
    """
    if not (0 < target_error < 1 and 0 < level < 1):
        raise ValueError(f"a target of {target_error} at level {level} is outside (0, 1)")
    stated, outcome = checked(confidence, right)
    enough = _enough_to_start(target_error, level)
    passed = None
    for value in GRID:
        accepted, wrong = _accepted(stated, outcome, value)
        if accepted < enough:
            continue
        bound = upper_bound(wrong, accepted, level)
        if bound > target_error:
            break
        passed = (value, accepted, wrong, bound)
    return _threshold(passed, len(stated), target_error, level)


def _accepted(stated: Floats, outcome: Floats, value: float) -> tuple[int, int]:
    kept = stated >= value
    return int(kept.sum()), int((1 - outcome[kept]).sum())


def _enough_to_start(target_error: float, level: float) -> int:
    """Return the fewest accepted answers with which SPARE_FAILURES wrong ones would still be within the target."""
    low, high = SPARE_FAILURES, SPARE_FAILURES + 1
    while upper_bound(SPARE_FAILURES, high, level) > target_error:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        if upper_bound(SPARE_FAILURES, middle, level) > target_error:
            low = middle
        else:
            high = middle
    return high


def _threshold(passed: tuple[float, int, int, float] | None, n: int, target_error: float, level: float) -> Threshold:
    if passed is None:
        return Threshold(
            value=None, coverage=0.0, error=None, bound=None, n=n, accepted=0, target_error=target_error, level=level
        )
    value, accepted, wrong, bound = passed
    return Threshold(
        value=value,
        coverage=accepted / n,
        error=wrong / accepted,
        bound=bound,
        n=n,
        accepted=accepted,
        target_error=target_error,
        level=level,
    )
