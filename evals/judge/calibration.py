"""Holds a judge against what people say, criterion by criterion, with a constant judge beside it."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from evals.judge.agreement import kappa
from evals.judge.confusion import Confusion
from evals.judge.criteria import Criterion
from evals.judge.grading import Graded, grade_all
from evals.judge.labels import AgreedItem, ReviewedLabels
from evals.judge.protocol import Grade, Judge
from evals.statistics.estimate import Estimate
from evals.statistics.proportions import share


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class PairAgreement(_Part):
    """How far two people agree on the items that both judged; cannot_tell counts as an answer of its own."""

    people: tuple[str, str]
    kappa: Estimate


class LeftOut(_Part):
    """Labels and items that the judge is not held against."""

    not_by_people: int = Field(description="Labels without a name, or with a machine's.")
    replaced: int = Field(description="Earlier answers of a person who answered again.")
    ties: int = Field(description="Items on which no answer has more than half of the people.")
    people_cannot_tell: int = Field(description="Items of which most people say that they cannot tell.")


class Calibration(_Part):
    """One judge on one criterion. `tpr`, `tnr`, `kappa` and `agreement` count only what it answered with yes or no.

    `constant` is the judge that always says what most labels say; `constant_agreement` is its agreement on all of them.
    """

    criterion: str
    version: int
    judge: str
    confusion: Confusion
    cannot_tell: int
    failed: int
    errors: tuple[str, ...]
    tpr: Estimate
    tnr: Estimate
    kappa: Estimate
    agreement: Estimate
    constant: str
    constant_agreement: Estimate
    between_people: tuple[PairAgreement, ...]
    left_out: LeftOut

    @property
    def labels(self) -> int:
        """Items that people labelled yes or no."""
        return self.confusion.n + self.cannot_tell + self.failed


async def calibrate(judge: Judge, criterion: Criterion, labels: ReviewedLabels) -> Calibration:
    """Let the judge grade every item that people labelled yes or no, and compare."""
    told = [one for one in labels.agreed if one.label is not Grade.CANNOT_TELL]
    graded = await grade_all(judge, criterion, [(one.ticket, one.reply) for one in told])
    return compare(judge.name, criterion, labels, told, graded)


def compare(
    judge: str, criterion: Criterion, labels: ReviewedLabels, told: Sequence[AgreedItem], graded: Sequence[Graded]
) -> Calibration:
    """Return the calibration of these grades, given in the order of `told`, the items labelled yes or no."""
    answered = [(one.label, two.grade) for one, two in zip(told, graded, strict=True) if _is_told(two.grade)]
    pairs = [(label, grade) for label, grade in answered if grade is not None]
    confusion = confusion_of(pairs)
    silent = len(told) - len(pairs)
    positives = sum(one.label is Grade.YES for one in told)
    most = max(positives, len(told) - positives)
    return Calibration(
        criterion=criterion.id,
        version=criterion.version,
        judge=judge,
        confusion=confusion,
        cannot_tell=sum(one.grade is Grade.CANNOT_TELL for one in graded),
        failed=sum(one.grade is None for one in graded),
        errors=tuple(sorted({one.error for one in graded if one.grade is None})),
        tpr=share(confusion.tp, confusion.positives, positives - confusion.positives),
        tnr=share(confusion.tn, confusion.negatives, len(told) - positives - confusion.negatives),
        kappa=kappa(pairs, silent),
        agreement=share(confusion.tp + confusion.tn, confusion.n, silent),
        constant="always yes" if most == positives else "always no",
        constant_agreement=share(most, len(told)),
        between_people=tuple(PairAgreement(people=two, kappa=kappa(both)) for two, both in labels.by_pair.items()),
        left_out=LeftOut(
            not_by_people=labels.not_by_people,
            replaced=labels.replaced,
            ties=labels.ties,
            people_cannot_tell=len(labels.agreed) - len(told),
        ),
    )


def confusion_of(pairs: Sequence[tuple[Grade, Grade]]) -> Confusion:
    """Return the counts of (label, grade) pairs, all of them yes or no."""
    return Confusion(
        tp=pairs.count((Grade.YES, Grade.YES)),
        fn=pairs.count((Grade.YES, Grade.NO)),
        tn=pairs.count((Grade.NO, Grade.NO)),
        fp=pairs.count((Grade.NO, Grade.YES)),
    )


def _is_told(grade: Grade | None) -> bool:
    return grade in {Grade.YES, Grade.NO}
