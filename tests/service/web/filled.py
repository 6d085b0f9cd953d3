"""A database that was in use: many conversations, decided over some time, of which some wait at the desk."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from agent.taxonomy import TAXONOMY, NextAction, Priority
from service.http.examples import DECISION
from service.records import rank_of
from service.store import tables

CATEGORIES, PRIORITIES, ACTIONS = tuple(TAXONOMY), tuple(Priority), tuple(NextAction)
STEPS = {"screen": 0.4, "classify": 6.0, "retrieve": 3.0, "look_up": 4.0, "decide": 0.1, "draft": 0.3, "check": 0.3}
BATCH = 5000


def fill(session: Session, places: range, begin: datetime, end: datetime, cases: int = 0) -> None:
    """Add a conversation of one message for each place, evenly from `begin` to `end`; the first `cases` wait."""
    apart = (end - begin) / len(places)
    for start in range(0, len(places), BATCH):
        made = [(at, _rows(places[at], begin + apart * at)) for at in range(start, min(start + BATCH, len(places)))]
        for table in (tables.Conversation, tables.Message, tables.DecisionRow, tables.TraceRow):
            session.execute(insert(table), [rows[table] for _, rows in made])
        waiting = [rows[tables.CaseRow] for at, rows in made if at < cases]
        if waiting:
            session.execute(insert(tables.CaseRow), waiting)


def _rows(at: int, moment: datetime) -> dict[type[tables.Row], dict[str, Any]]:
    ids = {"conversation_id": f"V-{at:032x}", "ticket_id": f"T-{at:032x}"}
    trace_id, made = f"R-{at:032x}", {"created_at": moment}
    decided = {"category": CATEGORIES[at % len(CATEGORIES)], "priority": PRIORITIES[at % len(PRIORITIES)].value}
    action = ACTIONS[at % len(ACTIONS)].value
    body = DECISION | ids | decided | {"trace_id": trace_id, "next_action": action}
    trace = {"trace_id": trace_id, "ticket_id": ids["ticket_id"], "release": "r", "prompt_hashes": {}, "events": []}
    case = {"kind": "escalation", "state": "open", "team": "care", "reason": "needs_person", "updated_at": moment}
    return {
        tables.Conversation: {"id": ids["conversation_id"], "turns": 1, "thread": "{}", "updated_at": moment, **made},
        tables.Message: {**ids, "place": 0, "role": "customer", "text": f"Message {at}: where is it?", **made},
        tables.DecisionRow: {
            **ids,
            **decided,
            **made,
            "trace_id": trace_id,
            "channel": "chat",
            "next_action": action,
            "latency_ms": 10.0 + at % 50,
            "release": "r",
            "confidence": 0.5,
            "unsure": at % 7 == 0,
            "cost_usd": 0.001,
            "steps_ms": json.dumps(STEPS),
            "body": json.dumps(body),
        },
        tables.TraceRow: {"trace_id": trace_id, "ticket_id": ids["ticket_id"], "body": json.dumps(trace), **made},
        tables.CaseRow: {
            **ids,
            **decided,
            **made,
            **case,
            "id": f"E-{at:024x}",
            "rank": rank_of(PRIORITIES[at % len(PRIORITIES)]),
            "next_action": action,
            "facts": json.dumps({"decision": body, "passages": []}),
        },
    }
