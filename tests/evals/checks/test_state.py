"""Each check of the end state passes a right answer and fails one that is wrong in just that."""

import pytest

from agent.decision import Decision, Escalation, Flag, FollowUp, ToolCall
from agent.taxonomy import NextAction, Priority, Team
from evals.cases.case import CallExpected, RefundExpected
from evals.checks.run import cause, check, completed
from evals.subjects.subject import Answer
from tests.evals.checks.answers import Answered, checks_of, found, says
from tools.refund_judgement import ReasonCode
from tools.tool import Outcome

LOOK_UP, CHECK = "look_up_order", "check_refund_eligibility"


def decision_of(of: Answered) -> Decision:
    assert of[1].decision is not None
    return of[1].decision


def call(name: str, order_id: str, id: str = "call-9") -> ToolCall:
    return ToolCall(id=id, name=name, arguments={"order_id": order_id}, outcome=Outcome.OK, duration_ms=1.0)


def test_a_right_answer_passes_everything(claimed: Answered, asked: Answered) -> None:
    for of in (claimed, asked):
        checks = checks_of(of)
        assert [one.name for one in checks if one.passed is not True] == []
        assert completed(checks)
        assert cause(checks) == ""
        assert all(one.cause == "" for one in checks)


def test_what_does_not_hold_to_the_schema_fails(claimed: Answered) -> None:
    assert says("schema", claimed)
    wrong = found("schema", claimed, confidence=1.5)
    assert (wrong.passed, wrong.cause) == (False, "schema: $.confidence")
    assert says("schema", claimed, reply="") is False


def test_category(claimed: Answered) -> None:
    wrong = found("category", claimed, category="subscription")
    assert (wrong.passed, wrong.cause) == (False, "refund_request taken for subscription")
    assert says("category", claimed, {"also_ok": ("subscription",)}, category="subscription")


def test_language(claimed: Answered) -> None:
    assert says("language", claimed)
    assert says("language", claimed, language="de") is False


def test_flags(claimed: Answered) -> None:
    wants = {"flags": (Flag.WANTS_HUMAN,)}
    assert says("flags", claimed, wants, flags=[Flag.WANTS_HUMAN, Flag.TRUNCATED])
    assert found("flags", claimed, wants, flags=[Flag.TRUNCATED]).cause == "flag wants_human missed"
    refuses = {"no_flags": (Flag.TRUNCATED,)}
    assert says("flags", claimed, refuses, flags=[])
    assert found("flags", claimed, refuses, flags=[Flag.TRUNCATED]).cause == "flag truncated raised"
    assert "flags" not in {one.name for one in checks_of(claimed, flags=[Flag.TRUNCATED])}


@pytest.mark.parametrize(
    ("calls", "why"),
    [
        ([], f"{CHECK} not called; {LOOK_UP} not called"),
        ([call(LOOK_UP, "A-29001")], f"{CHECK} not called"),
        ([call(LOOK_UP, "A-29001"), call(CHECK, "A-29002")], f"{CHECK} with another order number"),
        ([call(LOOK_UP, "A-29001"), call(CHECK, "A-29001"), call(CHECK, "A-29001")], f"{CHECK} called needlessly"),
        ([call(LOOK_UP, "A-29001"), call(CHECK, "A-29001"), call(LOOK_UP, "A-1")], f"{LOOK_UP} called needlessly"),
    ],
)
def test_calls_are_the_expected_ones_and_no_others(claimed: Answered, calls: list[ToolCall], why: str) -> None:
    wrong = found("calls", claimed, tool_calls=calls)
    assert (wrong.passed, wrong.cause) == (False, why)


def test_the_order_of_calls_does_not_matter(claimed: Answered) -> None:
    assert says("calls", claimed, tool_calls=decision_of(claimed).tool_calls[::-1])


def test_further_calls_for_the_same_order_may_be_allowed(claimed: Answered) -> None:
    allowed = {"extra_calls_ok": True}
    made = decision_of(claimed).tool_calls
    assert says("calls", claimed, allowed, tool_calls=[*made, call(LOOK_UP, "A-29001")])
    assert says("calls", claimed, allowed, tool_calls=[*made, call(LOOK_UP, "A-29002")]) is False
    assert says("calls", claimed, allowed, tool_calls=made[:1]) is False


def test_no_call_where_none_is_expected(asked: Answered) -> None:
    assert says("calls", asked)
    assert says("calls", asked, tool_calls=[call(LOOK_UP, "A-29001")]) is False


def test_a_tool_that_does_not_only_read_is_noticed(claimed: Answered) -> None:
    assert says("nothing_written", claimed)
    wrong = found("nothing_written", claimed, tool_calls=[call("pay_out", "A-29001")])
    assert (wrong.passed, wrong.cause) == (False, "pay_out does not only read")


def test_a_refund_is_judged_as_the_rules_say(claimed: Answered) -> None:
    refund = decision_of(claimed).refund
    assert refund is not None
    assert found("refund", claimed, refund=None).cause == "not judged"
    for wrong in (
        {"amount_minor": 4390},
        {"eligible": False},
        {"currency": "USD"},
        {"reason_code": ReasonCode.CANCELLED},
    ):
        assert found("refund", claimed, refund=refund.model_copy(update=wrong)).cause == "judged wrongly"


def test_an_offer_without_evidence_is_caught(claimed: Answered) -> None:
    decision = decision_of(claimed)
    refund, order = decision.refund, decision.order
    assert refund is not None
    assert order is not None
    look_up, judged = decision.tool_calls
    assert says("refund_evidence", claimed)
    without: list[dict[str, object]] = [
        {"refund": None},
        {"refund": refund.model_copy(update={"evidence_id": "call-9"})},
        {"refund": refund.model_copy(update={"evidence_id": look_up.id})},  # a call that judges nothing
        {"refund": refund.model_copy(update={"eligible": False})},
        {"refund": refund.model_copy(update={"amount_minor": 0})},
        {"tool_calls": []},
        {"tool_calls": [look_up, judged.model_copy(update={"outcome": Outcome.FAILED})]},
        {"tool_calls": [look_up, judged.model_copy(update={"arguments": {"order_id": "A-29002"}})]},
        {"tool_calls": [look_up, judged.model_copy(update={"arguments": {}})], "order": None},
        {"order": None},
        {"order": order.model_copy(update={"order_id": "A-29002"})},
    ]
    for changes in without:
        wrong = found("refund_evidence", claimed, **changes)
        assert (wrong.passed, wrong.cause) == (False, "offer_refund without evidence")


def test_a_decline_needs_its_evidence_too(claimed: Answered) -> None:
    refund = decision_of(claimed).refund
    assert refund is not None
    declined = {"next_action": NextAction.DECLINE_REFUND}
    assert says("refund_evidence", claimed, **declined) is False  # the tool found it eligible
    not_eligible = refund.model_copy(update={"eligible": False, "amount_minor": 0})
    assert says("refund_evidence", claimed, **declined, refund=not_eligible)
    assert says("refund_evidence", claimed, **declined, refund=None) is False


def test_where_nothing_is_offered_no_evidence_is_asked_for(asked: Answered) -> None:
    assert "refund_evidence" not in {one.name for one in checks_of(asked)}
    offered = found("refund_evidence", asked, next_action=NextAction.OFFER_REFUND)
    assert offered.passed is False


def test_action(claimed: Answered) -> None:
    wrong = found("action", claimed, next_action=NextAction.REPLY)
    assert (wrong.passed, wrong.cause) == (False, "offer_refund expected, reply done")
    both = {"action": (NextAction.OFFER_REFUND, NextAction.REPLY)}
    assert says("action", claimed, both, next_action=NextAction.REPLY)


@pytest.mark.parametrize(
    ("priority", "right"),
    [(Priority.LOW, False), (Priority.NORMAL, True), (Priority.HIGH, True), (Priority.URGENT, False)],
)
def test_priority_is_within_its_band(claimed: Answered, priority: Priority, right: bool) -> None:
    assert says("priority", claimed, priority=priority) is right


def test_team(claimed: Answered) -> None:
    expect = {"action": (NextAction.ESCALATE,), "team": (Team.BILLING, Team.CARE)}
    escalated = {"next_action": NextAction.ESCALATE}
    for team, right in ((Team.BILLING, True), (Team.CARE, True), (Team.SAFETY, False)):
        escalation = Escalation(team=team, reason="test")
        assert says("team", claimed, expect, **escalated, escalation=escalation) is right
    assert says("team", claimed, expect, **escalated, escalation=None) is False
    assert "team" not in {one.name for one in checks_of(claimed, expect | {"team": ()}, **escalated)}


def test_asks_for(claimed: Answered) -> None:
    expect = {"action": (NextAction.ASK_FOLLOW_UP,), "asks_for": ("order_id",)}
    asking = {"next_action": NextAction.ASK_FOLLOW_UP}
    assert says("asks_for", claimed, expect, **asking, follow_up=FollowUp(asks_for=["order_id"]))
    for asks in (["which_order"], ["order_id", "request"]):
        assert says("asks_for", claimed, expect, **asking, follow_up=FollowUp(asks_for=asks)) is False
    assert found("asks_for", claimed, expect, **asking, follow_up=None).cause == "asks for nothing"


def test_a_crash_fails(claimed: Answered) -> None:
    checks = check(claimed[0], Answer(crashed="RuntimeError"))
    assert [(one.name, one.passed, one.cause) for one in checks] == [("answered", False, "crashed: RuntimeError")]
    assert not completed(checks)


def test_nothing_at_all_fails(claimed: Answered) -> None:
    checks = check(claimed[0], Answer())
    assert cause(checks) == "no Decision"
    assert not completed(checks)


def test_a_refusal_at_the_door_is_right_for_an_empty_ticket_only(claimed: Answered) -> None:
    case, answer = claimed
    empty = case.model_copy(update={"expect": case.expect.model_copy(update={"rejected": True})})
    assert completed(check(empty, Answer(rejected=True)))
    assert cause(check(empty, answer)) == "empty ticket decided"
    assert cause(check(case, Answer(rejected=True))) == "ticket refused at the door"


def test_the_first_failure_on_the_way_is_the_cause(claimed: Answered) -> None:
    checks = checks_of(claimed, category="subscription", next_action=NextAction.REPLY, tool_calls=[])
    assert cause(checks) == "refund_request taken for subscription"


def test_what_an_expectation_leaves_open_is_not_checked(asked: Answered) -> None:
    names = {one.name for one in checks_of(asked)}
    assert not names & {"flags", "refund", "team", "asks_for", "says", "never_says", "never_cites"}


def test_expected_calls_and_refunds_compare_by_value(claimed: Answered) -> None:
    expect = claimed[0].expect
    assert expect.calls[0] == CallExpected(name=LOOK_UP, order_id="A-29001")
    assert expect.refund == RefundExpected(
        eligible=True, amount_minor=3900, currency="EUR", reason_code=ReasonCode.WITHIN_WINDOW
    )
