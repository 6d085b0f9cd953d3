"""What a judge says of replies that nobody has labelled: its raw rate, and the rate corrected for its known errors."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field
from rich.table import Table

from evals.judge.calibration import calibrate
from evals.judge.correction import UninformativeJudgeError, corrected_rate
from evals.judge.criteria import Criterion
from evals.judge.gate import JudgeThresholds, decide
from evals.judge.grading import grade_all
from evals.judge.judges import JUDGES
from evals.judge.labels import Label, review
from evals.judge.protocol import Grade, Judge
from evals.statistics.estimate import Estimate
from evals.statistics.proportions import share


class CriterionRate(BaseModel):
    """How many replies a judge calls good by one criterion, before and after the correction for its errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    criterion: str
    version: int
    raw: Estimate
    corrected: Estimate | None = Field(description="None where the correction is refused; `refused` says why.")
    refused: str = ""
    may_gate: bool
    reasons: tuple[str, ...]


class GradeReport(BaseModel):
    """One judge's rates over a set of replies; `labelled` of the set are left out, since the correction is of them."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    judge: str
    replies: int
    labelled: int
    may_gate: bool
    criteria: tuple[CriterionRate, ...]


async def grade_report(
    judge: Judge,
    replies: Mapping[str, tuple[str, str]],
    labels: Sequence[Label],
    criteria: Mapping[str, Criterion],
    least: JudgeThresholds,
) -> GradeReport:
    """Grade replies, (ticket, reply) by item, and correct the rates with labels of other items of the same kind."""
    named = {label.item for label in labels}
    unlabelled = [pair for item, pair in replies.items() if item not in named]
    rates = [await _rate(judge, unlabelled, labels, criterion, least) for criterion in criteria.values()]
    return GradeReport(
        judge=judge.name,
        replies=len(unlabelled),
        labelled=len(replies) - len(unlabelled),
        may_gate=bool(rates) and all(rate.may_gate for rate in rates),
        criteria=tuple(rates),
    )


async def _rate(
    judge: Judge,
    pairs: Sequence[tuple[str, str]],
    labels: Sequence[Label],
    criterion: Criterion,
    least: JudgeThresholds,
) -> CriterionRate:
    calibration = await calibrate(judge, criterion, review(labels, criterion.id, {judge.name, *JUDGES}))
    grades = [one.grade for one in await grade_all(judge, criterion, pairs)]
    yes, told = grades.count(Grade.YES), grades.count(Grade.YES) + grades.count(Grade.NO)
    unjudged = len(grades) - told
    corrected, refused = None, "no reply was judged"
    if told:
        try:
            corrected, refused = corrected_rate(yes, told, calibration.confusion, unjudged), ""
        except UninformativeJudgeError as problem:
            refused = str(problem)
    gate = decide(calibration, least)
    return CriterionRate(
        criterion=criterion.id,
        version=criterion.version,
        raw=share(yes, told, unjudged),
        corrected=corrected,
        refused=refused,
        may_gate=gate.may_gate,
        reasons=gate.reasons,
    )


def table_of_rates(report: GradeReport) -> Table:
    """Return the report as a table, one row a criterion."""
    left = f"; {report.labelled} labelled ones left out" if report.labelled else ""
    title = f"{report.judge} on {report.replies} replies{left}"
    table = Table(title=title, title_justify="left")
    for name in ("criterion", "raw rate", "corrected rate", "may gate"):
        table.add_column(name, overflow="fold")
    for rate in report.criteria:
        table.add_row(
            f"{rate.criterion} v{rate.version}",
            rate.raw.text(),
            rate.corrected.text() if rate.corrected else f"refused: {rate.refused}",
            "yes" if rate.may_gate else "no: " + "; ".join(rate.reasons),
        )
    return table
