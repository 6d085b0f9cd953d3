"""The examples of the OpenAPI document: one afternoon of a desk. Tests hold each to its schema and send each request.

Longer than most files: it is data.
"""

from typing import Any

from agent.decision import Decision
from agent.taxonomy import TAXONOMY, NextAction

# A fork has other categories: here they are known by what they do and by their place in the table only.
_REFUND = next((name for name, rule in TAXONOMY.items() if NextAction.OFFER_REFUND in rule.actions), min(TAXONOMY))
_FIRST, *_, _LAST = (name for name in TAXONOMY if name != _REFUND)

_AT = "2026-11-25T12:00:00Z"
CONVERSATION_ID = "V-9c5b4602d383a97ededb74399786109f"
TICKET_ID = "T-9adac911fba94a47983e90bf18ba47a7"
CASE_ID = "E-51cd9558d2ecc80b9c02bc32"
HELD_CASE_ID = "E-f4036fc1681d5565a347eff5"
PROPOSAL_ID = "R-90459c577a88f04426a6b095"
IDEMPOTENCY_KEY = "order-form-7f3a91"

_ASKS_BACK = "I want my money back for A-10234"
_RULE = (
    "Goods from an order placed from 2026-03-01 on may be returned for a refund within 30 days after delivery. "
    "The day of delivery is not counted. We refund the price that you paid for the goods. "
    "The delivery fee is not refunded."
)
_REPLY = (
    f"Order A-10234 qualifies for a refund of 54.50 EUR under our rule R-GOODS-30.\n\n{_RULE}\n\nNothing of this has "
    "been paid out yet. If you would like this refund, answer yes; a person then checks and approves it."
)

TICKETS: dict[str, Any] = {
    "where_is_my_order": {
        "summary": "A customer whom the shop has verified",
        "value": {"text": "Where is my order A-10234?", "customer_id": "C-1001"},
    },
    "from_a_form": {
        "summary": "The channel knows the order",
        "value": {
            "text": "It arrived broken. What now?",
            "customer_id": "C-1001",
            "order_id": "A-10234",
            "channel": "web-form",
            "metadata": {"page": "/orders", "locale": "en-GB"},
        },
    },
    "nobody_known": {"summary": "Nobody is signed in", "value": {"text": "How long can I return goods?"}},
}
MESSAGES: dict[str, Any] = {
    "begins": {
        "summary": "Begins a conversation",
        "value": {"message": _ASKS_BACK, "customer_id": "C-1001"},
    },
    "goes_on": {
        "summary": "Goes on with it",
        "value": {"message": "yes please", "conversation_id": CONVERSATION_ID, "customer_id": "C-1001"},
    },
    "wants_a_person": {"summary": "Goes to a person", "value": {"message": "I want to speak to a human being"}},
}
TOKENS: dict[str, Any] = {
    "customer": {"summary": "For a customer whom the shop has verified", "value": {"customer_id": "C-1001"}},
    "visitor": {"summary": "For a new anonymous visitor", "value": {}},
}
FEEDBACK: dict[str, Any] = {
    "up": {"value": {"ticket_id": TICKET_ID, "rating": "up"}},
    "down": {"value": {"ticket_id": TICKET_ID, "rating": "down", "comment": "It was about another order."}},
}
REPLIES: dict[str, Any] = {"reply": {"value": {"text": "Good morning, I have looked at your order myself."}}}
CORRECTIONS: dict[str, Any] = {
    "priority": {"value": {"priority": "high"}},
    "both": {"value": {"category": _FIRST, "priority": "normal"}},
    "action": {"value": {"next_action": "escalate", "reason": "The customer writes of a second order."}},
}
REASONS: dict[str, Any] = {"decline": {"value": {"reason": "The goods came back used."}}}
NOTHING: dict[str, Any] = {"nothing": {"value": {}}}

DECISION: dict[str, Any] = {
    "ticket_id": TICKET_ID,
    "conversation_id": CONVERSATION_ID,
    "category": _REFUND,
    "confidence": 0.9999,
    "alternatives": [{"category": _FIRST, "confidence": 0.0001}],
    "priority": "normal",
    "next_action": "offer_refund",
    "reply": _REPLY,
    "language": "en",
    "follow_up": None,
    "escalation": None,
    "order": {
        "order_id": "A-10234",
        "status": "delivered",
        "placed_on": "2026-10-30",
        "expected_on": None,
        "delivered_on": "2026-11-04",
        "paid_minor": 5940,
        "refunded_minor": 0,
        "currency": "EUR",
    },
    "refund": {
        "eligible": True,
        "amount_minor": 5450,
        "currency": "EUR",
        "reason_code": "within_window",
        "evidence_id": "call-2",
    },
    "citations": [
        {
            "policy_id": "refund-goods-30",
            "section": "How long can I return goods for a refund",
            "quote": _RULE,
            "score": 0.7448,
        }
    ],
    "tool_calls": [
        {
            "id": "call-1",
            "name": "look_up_order",
            "arguments": {"order_id": "A-10234"},
            "outcome": "ok",
            "duration_ms": 1.2,
        },
        {
            "id": "call-2",
            "name": "check_refund_eligibility",
            "arguments": {"order_id": "A-10234"},
            "outcome": "ok",
            "duration_ms": 0.8,
        },
    ],
    "flags": [],
    "release": "embedded-2026-11-29",
    "model": "embedded-v2",
    "prompts": {"replies": "v2"},
    "usage": {
        "input_tokens": 0,
        "cached_tokens": 0,
        "output_tokens": 0,
        "llm_calls": 0,
        "retries": 0,
        "cost_usd": 0.0,
    },
    "latency_ms": 24.1,
    "trace_id": "407346f6a8694bca907807b7666de7f8",
}
_SAID = [
    {"role": "customer", "text": _ASKS_BACK, "ticket_id": TICKET_ID, "at": _AT},
    {"role": "agent", "text": _REPLY, "ticket_id": TICKET_ID, "at": _AT},
]
CONVERSATION: dict[str, Any] = {"conversation_id": CONVERSATION_ID, "state": "open", "messages": _SAID}
TOKEN: dict[str, Any] = {"token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjOkMtMTAwMSJ9.c2lnbmF0dXJl", "expires_in": 1800}
FEEDBACK_KEPT: dict[str, Any] = {"feedback_id": "F-6d0f1c2b7a984e5f3c1d2b7a"}
_REFUND_CASE: dict[str, Any] = {
    "case_id": CASE_ID,
    "conversation_id": CONVERSATION_ID,
    "ticket_id": TICKET_ID,
    "kind": "refund",
    "state": "open",
    "team": None,
    "category": _REFUND,
    "priority": "normal",
    "next_action": "offer_refund",
    "reason": "refund",
    "created_at": _AT,
    "proposal": {
        "proposal_id": PROPOSAL_ID,
        "state": "confirmed",
        "order_id": "A-10234",
        "amount_minor": 5450,
        "currency": "EUR",
        "reason_code": "within_window",
        "decided_by": None,
        "refund_id": None,
        "why": None,
    },
}
_HELD_CASE: dict[str, Any] = {
    "case_id": HELD_CASE_ID,
    "conversation_id": "V-a8585412011e93d64a34ba7bde9c4ed3",
    "ticket_id": "T-a06e6a14e6dd4247bb79928de850787f",
    "kind": "escalation",
    "state": "open",
    "team": "care",
    "category": _LAST,
    "priority": "low",
    "next_action": "escalate",
    "reason": "wants_human",
    "created_at": _AT,
    "proposal": None,
}
CASES: dict[str, Any] = {"cases": [_REFUND_CASE, _HELD_CASE], "next": None}
CASE: dict[str, Any] = {
    **_REFUND_CASE,
    "customer_id": "C-1001",
    "facts": {
        "decision": DECISION,
        "passages": [{"passage_id": "refund-goods-30.1", "score": 0.7448, "text": _RULE}],
    },
    "messages": _SAID,
    "corrections": [],
}
SUMMARY: dict[str, Any] = {
    "hours": 24,
    "decisions": 3,
    "by_category": {_FIRST: 1, _LAST: 1, _REFUND: 1},
    "by_action": {"escalate": 1, "offer_refund": 1, "reply": 1},
    "escalation_rate": 0.3333,
    "open_cases": 1,
    "latency_ms": {"p50": 23.9, "p95": 41.0, "p99": 41.0},
    "release": "embedded-2026-11-29",
}
ALIVE, READY = {"status": "alive"}, {"status": "ready"}
FIGURES = '# TYPE triage_requests_total counter\ntriage_requests_total{method="GET",route="/livez",status="200"} 1.0\n'
# Of the schema no more than its outline: the whole of it stands at the route and among the components.
SCHEMA: dict[str, Any] = {
    "title": Decision.__name__,
    "type": "object",
    "additionalProperties": False,
    "required": list(Decision.model_fields),
    "properties": {"ticket_id": {"title": "Ticket Id", "type": "string"}},
}
STREAM: dict[str, Any] = {
    "step": {"step": "classify", "duration_ms": 9.3},
    "reply": {"text": _REPLY},
    "decision": DECISION,
    "done": {},
    "problem": {"status": 503, "detail": "The service can't keep anything right now. Try again."},
}
