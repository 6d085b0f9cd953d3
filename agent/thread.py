"""What belongs to a conversation and not to one message: what it is about, what was asked, which refund was offered.

Plain values that a door can store as JSON and hand in with the next message.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from agent.decision import CategoryId, Decision, Flag
from agent.taxonomy import TAXONOMY, Handling, NextAction, topic_of
from agent.trace import Classified, Trace

if TYPE_CHECKING:
    from agent.ticket import Ticket

# Nothing follows on these: whoever only thanks or was refused goes on with what was spoken of before.
PASSING = frozenset({Handling.THANKS, Handling.REFUSE})


class ThreadStatus(StrEnum):
    """How the last message was left."""

    ANSWERED = "answered"
    ASKED = "asked"  # the open question was asked with the last reply
    OFFERED = "offered"  # the refund was offered with the last reply: only now a yes confirms it
    HANDED_OVER = "handed_over"


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Subject(_Kept):
    """A category and topic, and how sure it was when it was taken."""

    category: CategoryId
    topic: str
    confidence: Annotated[float, Field(ge=0, le=1)]

    @model_validator(mode="after")
    def _is_in_the_table(self) -> Self:
        if self.topic not in TAXONOMY[self.category].topics:
            raise ValueError("not a topic of the category")
        return self

    @property
    def handling(self) -> Handling:
        """Return how it is handled."""
        return topic_of(self.category, self.topic).handling

    def same(self, other: "Subject | None") -> bool:
        """Say whether both are about the same, however sure."""
        return other is not None and (self.category, self.topic) == (other.category, other.topic)


class Offer(_Kept):
    """A refund as it was offered: a yes is to this order and this amount and to no other."""

    order_id: str
    amount_minor: Annotated[int, Field(gt=0)]
    currency: str


class Thread(_Kept):
    """A conversation between two messages. `pending` is what the open question or offer is about.

    `asked` holds every question of the thread by `question_key`; `confirmed` the refund that the customer said yes to.
    """

    about: Subject
    status: ThreadStatus
    pending: Subject | None = None
    asked_for: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    offer: Offer | None = None
    confirmed: Offer | None = None

    def asked_out(self) -> frozenset[str]:
        """Return the questions that are not asked again: asked twice, or once before a person took over."""
        most = 1 if self.status is ThreadStatus.HANDED_OVER else 2
        return frozenset(key for key in self.asked if self.asked.count(key) >= most)


def question_key(asks_for: Sequence[str]) -> str:
    """Return one word for a question: asking for two things is another question than asking for one of them."""
    return "+".join(asks_for)


def thread_after(ticket: "Ticket", decision: Decision, trace: Trace) -> Thread:
    """Return the thread as it stands after a run; raises ValueError for a trace without its classification."""
    found = next((event for event in reversed(trace.events) if isinstance(event, Classified)), None)
    if found is None:
        raise ValueError("the trace does not tell what the ticket was taken for")
    about = Subject(category=found.category, topic=found.topic, confidence=found.confidence)
    before = ticket.thread
    asked, confirmed = (before.asked, before.confirmed) if before else ((), None)
    goes_on = before is not None and about.handling in PASSING
    left = Thread(
        about=before.about if before and goes_on else about,
        status=_left(before, about),
        asked=asked,
        confirmed=_confirmed(decision) or confirmed,
    )
    if decision.follow_up is not None:
        asks_for = tuple(decision.follow_up.asks_for)
        asking = {"asked_for": asks_for, "asked": (*asked, question_key(asks_for))}
        return left.model_copy(update={"status": ThreadStatus.ASKED, "pending": about, **asking})
    if decision.next_action is NextAction.OFFER_REFUND:
        return left.model_copy(update={"status": ThreadStatus.OFFERED, "pending": about, "offer": _offer(decision)})
    if decision.next_action is NextAction.ESCALATE:
        return left.model_copy(update={"status": ThreadStatus.HANDED_OVER})
    if before is None or about.same(before.pending):
        return left
    # Something else was spoken of: the question or offer still stands.
    standing = {"pending": before.pending, "asked_for": before.asked_for, "offer": before.offer}
    return left.model_copy(update=standing)


def _left(before: Thread | None, about: Subject) -> ThreadStatus:
    """Return the status where nothing is open: with a person, a matter stays there while nothing else is spoken of."""
    with_a_person = before is not None and before.status is ThreadStatus.HANDED_OVER and about.same(before.about)
    return ThreadStatus.HANDED_OVER if with_a_person else ThreadStatus.ANSWERED


def _confirmed(decision: Decision) -> Offer | None:
    return _offer(decision) if Flag.REFUND_CONFIRMED in decision.flags else None


def _offer(decision: Decision) -> Offer | None:
    if decision.refund is None or decision.order is None:
        return None
    refund = decision.refund
    return Offer(order_id=decision.order.order_id, amount_minor=refund.amount_minor, currency=refund.currency)
