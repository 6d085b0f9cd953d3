"""Rows as people are shown them."""

import json
from collections.abc import Sequence
from typing import Any

from service.http.answers import CaseSummary, CaseView, ConversationView, CorrectionView, ProposalView, Said
from service.store.desk import CaseFile
from service.store.tables import CaseRow, Conversation, Message, ProposalRow


def conversation_view(found: Conversation, messages: Sequence[Message]) -> ConversationView:
    """Return a conversation as its customer may see it."""
    return ConversationView.model_validate(
        {"conversation_id": found.id, "state": found.state, "messages": [said(one) for one in messages]}
    )


def said(message: Message) -> Said:
    """Return a message as people see it."""
    return Said.model_validate(
        {"role": message.role, "text": message.text, "ticket_id": message.ticket_id, "at": message.created_at}
    )


def summary_of(case: CaseRow, proposal: ProposalRow | None) -> CaseSummary:
    """Return a case as lists show it."""
    return CaseSummary(**_fields(case, proposal))


def view_of(file: CaseFile) -> CaseView:
    """Return a case with everything that was found."""
    corrections = [
        CorrectionView(
            field=one.field, before=one.before, after=one.after, by=one.by, reason=one.reason, at=one.created_at
        )
        for one in file.corrections
    ]
    return CaseView(
        **_fields(file.case, file.proposal),
        customer_id=file.customer_id,
        facts=json.loads(file.case.facts),
        messages=[said(message) for message in file.messages],
        corrections=corrections,
    )


def _fields(case: CaseRow, proposal: ProposalRow | None) -> dict[str, Any]:
    names = (
        "conversation_id",
        "ticket_id",
        "kind",
        "state",
        "category",
        "priority",
        "next_action",
        "reason",
        "created_at",
    )
    return {
        "case_id": case.id,
        "team": case.team or None,
        "proposal": _proposal(proposal) if proposal is not None else None,
        **{name: getattr(case, name) for name in names},
    }


def _proposal(row: ProposalRow) -> ProposalView:
    names = ("state", "order_id", "amount_minor", "currency", "reason_code", "decided_by", "refund_id", "why")
    return ProposalView(proposal_id=row.id, **{name: getattr(row, name) for name in names})
