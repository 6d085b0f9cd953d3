"""What the batch says of a row: of a whole Decision all but its ids, times and trace."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from agent.decision import Decision

Answer = Mapping[str, Any]
_OF_ITS_RUN = {"ticket_id", "conversation_id", "latency_ms", "trace_id"}
FAILED = "failed"  # the only field of an answer where a row could not be decided


class Depth(StrEnum):
    """How far a ticket goes: classified only, or its whole way."""

    CLASSIFY = "classify"
    FULL = "full"


FIELDS: Mapping[Depth, tuple[str, ...]] = MappingProxyType(
    {
        Depth.CLASSIFY: ("category", "confidence", "priority", "flags", "release"),
        Depth.FULL: tuple(name for name in Decision.model_fields if name not in _OF_ITS_RUN),
    }
)


def answer_of(decision: Decision) -> Answer:
    """Return what is written of a Decision; how long a tool took is left out, as it would differ from run to run."""
    said = decision.model_dump(mode="json", exclude=_OF_ITS_RUN)
    for call in said["tool_calls"]:
        del call["duration_ms"]
    return said
