"""What people at the desk are shown."""

import json
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from service.http.routes.conversations import Said, said
from service.store.desk import CaseFile
from service.store.tables import CaseRow, ProposalRow


class ProposalView(BaseModel):
    """A refund that waits for a person's word, or what became of it."""

    proposal_id: str
    state: str
    order_id: str
    amount_minor: int
    currency: str
    reason_code: str
    decided_by: str | None
    refund_id: str | None
    why: str | None


class CaseSummary(BaseModel):
    """A case as lists show it."""

    case_id: str
    conversation_id: str
    ticket_id: str
    kind: str
    state: str
    team: str
    category: str
    priority: str
    reason: str
    created_at: datetime
    proposal: ProposalView | None


class CaseList(BaseModel):
    """Cases in the order in which they should be worked on; `next` continues the list."""

    cases: list[CaseSummary]
    next: str | None


class CorrectionView(BaseModel):
    """What a person put right."""

    field: str
    before: str
    after: str
    by: str
    at: datetime


class CaseView(CaseSummary):
    """A case with everything that was found."""

    facts: dict[str, Any] = Field(description="The Decision, with its reply as a draft, and the passages found.")
    messages: list[Said]
    corrections: list[CorrectionView]


def summary_of(case: CaseRow, proposal: ProposalRow | None) -> CaseSummary:
    """Return a case as lists show it."""
    return CaseSummary(**_fields(case, proposal))


def view_of(file: CaseFile) -> CaseView:
    """Return a case with everything that was found."""
    corrections = [
        CorrectionView(field=one.field, before=one.before, after=one.after, by=one.by, at=one.created_at)
        for one in file.corrections
    ]
    return CaseView(
        **_fields(file.case, file.proposal),
        facts=json.loads(file.case.facts),
        messages=[said(message) for message in file.messages],
        corrections=corrections,
    )


def _fields(case: CaseRow, proposal: ProposalRow | None) -> dict[str, Any]:
    names = ("conversation_id", "ticket_id", "kind", "state", "team", "category", "priority", "reason", "created_at")
    return {
        "case_id": case.id,
        "proposal": _proposal(proposal) if proposal is not None else None,
        **{name: getattr(case, name) for name in names},
    }


def _proposal(row: ProposalRow) -> ProposalView:
    names = ("state", "order_id", "amount_minor", "currency", "reason_code", "decided_by", "refund_id", "why")
    return ProposalView(proposal_id=row.id, **{name: getattr(row, name) for name in names})
