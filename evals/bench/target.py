"""What a benchmark is held against."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from evals.statistics.estimate import Estimate


class Target(BaseModel):
    """A bound, what was measured, and whether the value keeps it; `sure` when its whole interval says the same."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    at: Literal["most", "least"]
    bound: float
    measured: Estimate
    met: bool
    sure: bool

    def verdict(self) -> str:
        """Return it in words."""
        return ("met" if self.met else "not met") + ("" if self.sure else ", the interval holds the bound")


def at_most(name: str, measured: Estimate, bound: float) -> Target:
    """Return a target that larger values miss; nothing measured misses it."""
    met = measured.value is not None and measured.value <= bound
    end = measured.high if met else measured.low
    sure = end is not None and (end <= bound) == met
    return Target(name=name, at="most", bound=bound, measured=measured, met=met, sure=sure)


def at_least(name: str, measured: Estimate, bound: float) -> Target:
    """Return a target that smaller values miss; nothing measured misses it."""
    met = measured.value is not None and measured.value >= bound
    end = measured.low if met else measured.high
    sure = end is not None and (end >= bound) == met
    return Target(name=name, at="least", bound=bound, measured=measured, met=met, sure=sure)
