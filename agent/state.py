"""What lies between the steps of one run. Each step returns the keys that it changed."""

import operator
from typing import Annotated, TypedDict

from agent.decision import Decision, Flag
from agent.evidence import ToolEvidence
from agent.models.protocol import Classification, Draft, Reading, Verdict
from agent.ticket import Ticket
from knowledge.encoder.protocol import Vectors
from knowledge.search import Found


class State(TypedDict, total=False):
    """Filled from top to bottom; `question` is what policies are searched for; `flags` are added up."""

    ticket: Ticket
    reading: Reading
    vector: Vectors
    question: str
    classification: Classification
    passages: tuple[Found, ...]
    tool_evidence: tuple[ToolEvidence, ...]
    verdict: Verdict
    draft: Draft
    decision: Decision
    flags: Annotated[tuple[Flag, ...], operator.add]
