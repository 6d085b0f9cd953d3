"""What `judge calibrate` tells of a judge, and how it looks in the terminal."""

from collections.abc import Iterator, Mapping, Sequence

from pydantic import BaseModel, ConfigDict
from rich.table import Table
from rich.text import Text

from evals.judge.calibration import Calibration, calibrate
from evals.judge.criteria import Criterion
from evals.judge.gate import JudgeThresholds, decide
from evals.judge.judges import JUDGES
from evals.judge.labels import Label, review
from evals.judge.protocol import Judge


class CriterionReport(BaseModel):
    """A calibration and what follows from it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    calibration: Calibration
    may_gate: bool
    reasons: tuple[str, ...]


class JudgeReport(BaseModel):
    """One judge on all criteria asked for; it may gate where it may by each of them."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    judge: str
    thresholds: JudgeThresholds
    may_gate: bool
    criteria: tuple[CriterionReport, ...]


async def judge_report(
    judge: Judge, labels: Sequence[Label], criteria: Mapping[str, Criterion], least: JudgeThresholds
) -> JudgeReport:
    """Calibrate the judge on each criterion and decide on the gate; labels by any judge's name are no people's."""
    told = []
    for criterion in criteria.values():
        calibration = await calibrate(judge, criterion, review(labels, criterion.id, {judge.name, *JUDGES}))
        decision = decide(calibration, least)
        told.append(CriterionReport(calibration=calibration, may_gate=decision.may_gate, reasons=decision.reasons))
    may_gate = bool(told) and all(one.may_gate for one in told)
    return JudgeReport(judge=judge.name, thresholds=least, may_gate=may_gate, criteria=tuple(told))


def table_of(report: CriterionReport) -> Table:
    """Return the report of one criterion as a table of two columns."""
    calibration = report.calibration
    table = Table(
        title=f"{calibration.judge} on {calibration.criterion} v{calibration.version}",
        title_justify="left",
        show_header=False,
    )
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _rows(calibration):
        table.add_row(Text(name), value)  # people's names are not markup
    table.add_section()
    table.add_row("may gate", "yes" if report.may_gate else "no: " + "; ".join(report.reasons))
    return table


def _rows(calibration: Calibration) -> Iterator[tuple[str, str]]:
    counts, left = calibration.confusion, calibration.left_out
    yield "n", f"{calibration.labels} labelled by people, {counts.n} of them judged"
    yield "", f"{counts.positives} judged are labelled yes, {counts.negatives} no"
    errors = f" ({', '.join(calibration.errors)})" if calibration.errors else ""
    yield "not judged", f"{calibration.cannot_tell} cannot tell, {calibration.failed} failed{errors}"
    yield "TPR", calibration.tpr.text()
    yield "TNR", calibration.tnr.text()
    yield "kappa", calibration.kappa.text()
    yield "agreement", calibration.agreement.text()
    yield f"  {calibration.constant}", calibration.constant_agreement.text()
    for pair in calibration.between_people:
        yield f"kappa {pair.people[0]} / {pair.people[1]}", pair.kappa.text()
    if not calibration.between_people:
        yield "kappa of people", "- no item was judged by two"
    yield "items left out", f"{left.ties} ties, {left.people_cannot_tell} that people cannot tell"
    yield "labels left out", f"{left.not_by_people} not by people, {left.replaced} replaced by a later one"
