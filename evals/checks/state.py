"""The end state: what was decided, which tools were called, what was judged. Words come in words.py."""

import functools
from collections import Counter
from collections.abc import Iterator
from typing import Any

from agent.decision import Decision, decision_schema
from agent.taxonomy import NextAction
from evals.cases.case import PRIORITIES, Case
from evals.checks.check import Check, judged
from evals.subjects.subject import Answer
from tools.refunds import check_refund_eligibility
from tools.registry import TOOLS
from tools.tool import Effect, Outcome


def ended(case: Case, answer: Answer) -> Iterator[Check]:
    """A Decision for every ticket, a refusal at the door for an empty one, never a crash."""
    if answer.crashed:
        yield judged("answered", False, f"crashed: {answer.crashed}")
    elif answer.rejected != case.expect.rejected:
        yield judged(
            "answered", False, "empty ticket decided" if case.expect.rejected else "ticket refused at the door"
        )
    else:
        yield judged("answered", answer.rejected or answer.decision is not None, "no Decision")


def schema(case: Case, answer: Answer) -> Iterator[Check]:
    """What leaves as JSON holds to the published schema."""
    if answer.decision is not None:
        wrong = next(_validator().iter_errors(answer.decision.model_dump(mode="json")), None)
        yield judged("schema", wrong is None, f"schema: {wrong.json_path if wrong else ''}")


def classified(case: Case, answer: Answer) -> Iterator[Check]:
    """Category, language and flags."""
    decision, expect = answer.decision, case.expect
    if decision is None:
        return
    allowed = (expect.category, *expect.also_ok)
    yield judged("category", decision.category in allowed, f"{expect.category} taken for {decision.category}")
    yield judged(
        "language", decision.language == expect.language, f"language {expect.language} taken for {decision.language}"
    )
    missing = [flag.value for flag in expect.flags if flag not in decision.flags]
    wrong = [flag.value for flag in expect.no_flags if flag in decision.flags]
    if expect.flags or expect.no_flags:
        cause = ", ".join([*(f"flag {one} missed" for one in missing), *(f"flag {one} raised" for one in wrong)])
        yield judged("flags", not missing and not wrong, cause)


def decided(case: Case, answer: Answer) -> Iterator[Check]:
    """Action, priority, and who or what is asked."""
    decision, expect = answer.decision, case.expect
    if decision is None:
        return
    action = decision.next_action
    yield judged("action", action in expect.action, f"{expect.action[0]} expected, {action} done")
    low, high = (PRIORITIES.index(end) for end in expect.priority)
    yield judged(
        "priority",
        low <= PRIORITIES.index(decision.priority) <= high,
        f"priority {decision.priority} instead of {expect.priority[0]}",
    )
    if action is NextAction.ESCALATE and expect.team:
        team = decision.escalation.team if decision.escalation else None
        yield judged("team", team in expect.team, f"team {team} instead of {expect.team[0]}")
    if action is NextAction.ASK_FOLLOW_UP and expect.asks_for:
        asked = decision.follow_up.asks_for if decision.follow_up else []
        yield judged("asks_for", tuple(asked) == expect.asks_for, f"asks for {', '.join(asked) or 'nothing'}")


def called(case: Case, answer: Answer) -> Iterator[Check]:
    """The right tools with the right arguments and nothing extra; none that writes."""
    decision, expect = answer.decision, case.expect
    if decision is None:
        return
    wanted = Counter((call.name, call.order_id) for call in expect.calls)
    made = Counter((call.name, call.arguments.get("order_id", "")) for call in decision.tool_calls)
    missing, extra = wanted - made, made - wanted
    if expect.extra_calls_ok:
        orders = {call.order_id for call in expect.calls}
        extra = Counter({call: count for call, count in extra.items() if call[1] not in orders})
    names = {name for name, _ in missing} & {name for name, _ in extra}
    cause = "; ".join(
        [
            *(f"{name} with another order number" for name in sorted(names)),
            *(f"{name} not called" for name in sorted({name for name, _ in missing} - names)),
            *(f"{name} called needlessly" for name in sorted({name for name, _ in extra} - names)),
        ]
    )
    yield judged("calls", not missing and not extra, cause)
    reads = {name for name, tool in TOOLS.items() if tool.effect is Effect.READ}
    others = sorted({call.name for call in decision.tool_calls} - reads)
    yield judged("nothing_written", not others, f"{', '.join(others)} does not only read")


def refunded(case: Case, answer: Answer) -> Iterator[Check]:
    """Refund eligibility as the rules say, with its evidence; an offer or a decline is never without it."""
    decision, expect = answer.decision, case.expect
    if decision is None:
        return
    refund = decision.refund
    if expect.refund is not None:
        said = None if refund is None else refund.model_dump(exclude={"evidence_id"})
        yield judged("refund", said == expect.refund.model_dump(), "not judged" if refund is None else "judged wrongly")
    if decision.next_action in {NextAction.OFFER_REFUND, NextAction.DECLINE_REFUND}:
        yield judged("refund_evidence", _has_evidence(decision), f"{decision.next_action} without evidence")


def _has_evidence(decision: Decision) -> bool:
    refund, offered = decision.refund, decision.next_action is NextAction.OFFER_REFUND
    if refund is None or refund.eligible is not offered or (offered and refund.amount_minor <= 0):
        return False
    call = next((call for call in decision.tool_calls if call.id == refund.evidence_id), None)
    if call is None or decision.order is None:
        return False
    own = call.arguments.get("order_id") == decision.order.order_id
    return call.name == check_refund_eligibility.name and call.outcome is Outcome.OK and own


@functools.cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(decision_schema())
