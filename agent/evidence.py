"""What tools and retrieval returned in this run. Every fact, amount, date and promise of a reply is bound to it."""

from dataclasses import dataclass

from agent.decision import ToolCall
from knowledge.search import Found
from tools.records import Order
from tools.refund_judgement import RefundJudgement
from tools.tool import Outcome, ToolResult


@dataclass(frozen=True)
class ToolRequest:
    """A look-up that a model asks for; code decides whether it is made."""

    tool: str
    order_id: str


@dataclass(frozen=True)
class ToolEvidence:
    """A call that was made and what came back."""

    call: ToolCall
    result: ToolResult


@dataclass(frozen=True)
class Evidence:
    """All evidence of one run."""

    passages: tuple[Found, ...] = ()
    tools: tuple[ToolEvidence, ...] = ()

    @property
    def orders(self) -> tuple[Order, ...]:
        """Return the distinct orders that look-ups found."""
        found = {piece.result.order.order_id: piece.result.order for piece in self.tools if piece.result.order}
        return tuple(found.values())

    @property
    def refund(self) -> tuple[RefundJudgement, str] | None:
        """Return the judgement of refund eligibility and the id of the call that returned it."""
        for piece in self.tools:
            if piece.result.refund is not None:
                return piece.result.refund, piece.call.id
        return None

    @property
    def tool_failed(self) -> bool:
        """Say whether a tool gave no answer."""
        return any(piece.call.outcome in {Outcome.FAILED, Outcome.TIMED_OUT} for piece in self.tools)
