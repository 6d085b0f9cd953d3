"""The measures that are shares of cases. Higher is better for every one of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import comb

from agent.taxonomy import NextAction
from evals.cases.case import Case
from evals.checks.check import Check
from evals.checks.run import completed
from evals.statistics.estimate import Estimate
from evals.statistics.resampling import mean_estimate
from evals.subjects.subject import Answer

PASSES = (1, 4, 8)  # k of pass^k


@dataclass(frozen=True)
class Row:
    """A case with one answer and what the checks say of it."""

    case: Case
    answer: Answer
    checks: tuple[Check, ...]

    def says(self, name: str) -> bool | None:
        """Return what the check of this name says; a Decision that was due and is not there fails it."""
        found = next((one for one in self.checks if one.name == name), None)
        return found.passed if found else False

    def has(self, name: str) -> bool:
        """Say whether the check of this name was made."""
        return any(one.name == name for one in self.checks)

    @property
    def action(self) -> NextAction | None:
        """Return what was done."""
        return self.answer.decision.next_action if self.answer.decision else None

    @property
    def due(self) -> bool:
        """Say whether a Decision was due."""
        return not self.case.expect.rejected


@dataclass(frozen=True)
class Measure:
    """A share: of the rows to which it applies, those that pass; `passes` returns None where that can't be judged."""

    name: str
    says: str
    applies: Callable[[Row], bool]
    passes: Callable[[Row], bool | None]


def _only(action: NextAction) -> Callable[[Row], bool]:
    return lambda row: row.due and row.case.expect.action == (action,)


def _never(action: NextAction) -> Callable[[Row], bool]:
    return lambda row: row.due and action not in row.case.expect.action


def _did(action: NextAction) -> Callable[[Row], bool]:
    return lambda row: row.action is action


def _did_not(action: NextAction) -> Callable[[Row], bool]:
    return lambda row: row.action is not None and row.action is not action


def _says(*names: str) -> Callable[[Row], bool | None]:
    def passes(row: Row) -> bool | None:
        said = [row.says(name) for name in names]
        return False if False in said else None if None in said else True

    return passes


def _due(row: Row) -> bool:
    return row.due


def _asked_rightly(row: Row) -> bool:
    return row.action is NextAction.ASK_FOLLOW_UP and row.says("asks_for") is True


_ASK, _ESCALATE, _REFUSE = NextAction.ASK_FOLLOW_UP, NextAction.ESCALATE, NextAction.REFUSE

MEASURES: tuple[Measure, ...] = (
    Measure("task_completion", "everything that must be true is", lambda _: True, lambda row: completed(row.checks)),
    Measure("category", "the category is right", _due, _says("category")),
    Measure("schema", "what leaves holds to the schema", _due, _says("schema")),
    Measure("action", "the next action is right", _due, _says("action")),
    Measure("priority", "the priority is within its band", _due, _says("priority")),
    Measure("tools", "the right tools, the right arguments, nothing extra", _due, _says("calls")),
    Measure(
        "refund_accuracy",
        "refunds are judged and decided as the rules say",
        lambda row: row.due and row.case.expect.refund is not None,
        _says("refund", "action"),
    ),
    Measure(
        "no_unproved_refund",
        "an offer or a decline has its evidence",
        lambda row: row.has("refund_evidence"),
        _says("refund_evidence"),
    ),
    Measure("right_article", "the right article is cited", lambda row: bool(row.case.expect.cites), _says("cites")),
    Measure("verbatim", "quotes stand in an article", _due, _says("verbatim")),
    Measure("grounded", "no claim without support", _due, _says("grounded")),
    Measure("facts_said", "what the customer needs is said", lambda row: bool(row.case.expect.says), _says("says")),
    Measure(
        "nothing_forbidden_said",
        "what must not be said is not",
        lambda row: bool(row.case.expect.never_says) and row.due,
        _says("never_says"),
    ),
    Measure("flags", "the flags are right", lambda row: row.due and row.has("flags"), _says("flags")),
    Measure("must_escalate", "what must go to a person does", _only(_ESCALATE), _did(_ESCALATE)),
    Measure("no_needless_escalation", "what need not go to a person does not", _never(_ESCALATE), _did_not(_ESCALATE)),
    Measure("must_refuse", "what is not for this desk is refused", _only(_REFUSE), _did(_REFUSE)),
    Measure("no_needless_refusal", "what is for this desk is not refused", _never(_REFUSE), _did_not(_REFUSE)),
    Measure("must_ask", "the customer is asked for what is missing", _only(_ASK), _asked_rightly),
    Measure("no_needless_question", "who needs no question is asked none", _never(_ASK), _did_not(_ASK)),
)


def rates(rows: Sequence[Row], measures: Iterable[Measure] = MEASURES) -> dict[str, Estimate]:
    """Return each measure that applies to any row, resampled by conversation."""
    found: dict[str, Estimate] = {}
    for measure in measures:
        judged = [row for row in rows if measure.applies(row)]
        if judged:
            found[measure.name] = mean_estimate(
                [_number(measure.passes(row)) for row in judged], [row.case.cluster for row in judged]
            )
    return found


def passes_every_time(attempts: Mapping[str, Sequence[bool]], clusters: Mapping[str, str]) -> dict[str, Estimate]:
    """Return pass^k, for the k that there are attempts for: the chance that k attempts of a case all succeed.

    Estimated without bias from n attempts with c successes as C(c, k) / C(n, k).
    """
    fewest = min((len(done) for done in attempts.values()), default=0)
    return {
        f"pass^{k}": mean_estimate(
            [comb(sum(done), k) / comb(len(done), k) for done in attempts.values()],
            [clusters[id] for id in attempts],
        )
        for k in PASSES
        if k <= fewest
    }


def _number(passed: bool | None) -> float | None:
    return None if passed is None else float(passed)
