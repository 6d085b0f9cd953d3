"""A judge's answers against the labels, where both say yes or no."""

from pydantic import BaseModel, ConfigDict, Field


class Confusion(BaseModel):
    """Counts: labelled yes and called yes (tp) or no (fn), labelled no and called no (tn) or yes (fp)."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    tp: int = Field(ge=0)
    fn: int = Field(ge=0)
    tn: int = Field(ge=0)
    fp: int = Field(ge=0)

    @property
    def positives(self) -> int:
        """How many are labelled yes."""
        return self.tp + self.fn

    @property
    def negatives(self) -> int:
        """How many are labelled no."""
        return self.tn + self.fp

    @property
    def n(self) -> int:
        """All of them."""
        return self.positives + self.negatives

    @property
    def tpr(self) -> float:
        """Share called yes of what is labelled yes; raises ZeroDivisionError where nothing is."""
        return self.tp / self.positives

    @property
    def tnr(self) -> float:
        """Share called no of what is labelled no; raises ZeroDivisionError where nothing is."""
        return self.tn / self.negatives

    def text(self) -> str:
        """Say the counts in words."""
        return f"{self.tp} of {self.positives} yes and {self.tn} of {self.negatives} no found"
