"""A number as the suite states it: never without its n, its interval, and what could not be judged."""

from pydantic import BaseModel, ConfigDict, Field

LEVEL = 0.95  # of every interval, unless a function says otherwise


class Estimate(BaseModel):
    """A measured value with a two-sided interval; all three are None where nothing could be judged.

    `n` counts what was judged; `unjudged` counts what could not be, and is part of neither numerator nor denominator.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    value: float | None
    low: float | None
    high: float | None
    n: int = Field(ge=0)
    unjudged: int = Field(default=0, ge=0)
    method: str = Field(description='How the interval was made, such as "wilson" or "bootstrap".')

    def text(self, digits: int = 3) -> str:
        """Return it as tables write it: "0.912 [0.880, 0.936] n=303", with what could not be judged behind."""
        apart = f", {self.unjudged} not judged" if self.unjudged else ""
        if self.value is None or self.low is None or self.high is None:
            return f"- n={self.n}{apart}"
        return f"{self.value:.{digits}f} [{self.low:.{digits}f}, {self.high:.{digits}f}] n={self.n}{apart}"
