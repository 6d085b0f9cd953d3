"""What has to hold of the database and the shop, whatever was killed, doubled or done at once."""

from collections import Counter
from collections.abc import Callable, Iterator

from tests.service.chaos.world import World

Rule = Callable[[World], Iterator[str]]
# What the outbox knows of a refund, for each state of its proposal; a refusal may have come before anything left.
OUTBOX_OF = {"approved": {"pending"}, "issued": {"done"}, "refused": {"refused", None}}
UNDECIDED = ("offered", "confirmed")
ENDED = ("issued", "declined", "withdrawn", "refused")
OPEN = ("waiting", "open")


def broken(world: World) -> list[str]:
    """Return what does not hold, in words; nothing where all does."""
    return [f"{rule.__name__}: {words}" for rule in RULES for words in rule(world)]


def conversations_are_whole(world: World) -> Iterator[str]:
    """Places without a gap, as many as are counted; what the customer said and the answer to it stand as a pair."""
    for id, conversation in world.conversations.items():
        messages = world.messages.get(id, [])
        if not messages or [one.place for one in messages] != list(range(conversation.turns)):
            yield f"{id} counts {conversation.turns} messages and holds {len(messages)}"
        said = [one for one in messages if one.role != "person"]
        for customer, agent in zip(said[::2], said[1::2], strict=False):
            if (customer.role, agent.role) != ("customer", "agent") or customer.ticket_id != agent.ticket_id:
                yield f"{id} holds no pair at {customer.place}"
        if len(said) % 2:
            yield f"{id} ends with half a turn"


def decisions_have_their_messages(world: World) -> Iterator[str]:
    """Each Decision belongs to one turn and each turn to one Decision, with the reply that was answered."""
    agents = [one for messages in world.messages.values() for one in messages if one.role == "agent"]
    for ticket, times in Counter(one.ticket_id for one in agents).items():
        if ticket not in world.decisions or times != 1:
            yield f"the turn of {ticket} stands {times} times"
    if len(agents) != len(world.decisions):
        yield f"{len(world.decisions)} Decisions and {len(agents)} turns"
    for one in agents:
        body = world.bodies.get(one.ticket_id or "", {})
        if (body.get("reply"), body.get("conversation_id")) != (one.text, one.conversation_id):
            yield f"{one.ticket_id} was answered otherwise than it is kept"


def decisions_have_their_traces(world: World) -> Iterator[str]:
    """A trace for each Decision, a Decision for each trace."""
    of_decisions = {row.trace_id: ticket for ticket, row in world.decisions.items()}
    for trace, ticket in of_decisions.items() ^ world.traces.items():
        yield f"{trace} and {ticket} don't belong together"


def a_person_holds_what_is_escalated(world: World) -> Iterator[str]:
    """A conversation is with a person where one escalation of it is open, and only there."""
    held = Counter(c.conversation_id for c in world.cases.values() if c.kind == "escalation" and c.state in OPEN)
    for id, conversation in world.conversations.items():
        if held[id] != (conversation.state == "with_person"):
            yield f"{id} is {conversation.state} with {held[id]} open escalations"


def refunds_were_approved(world: World) -> Iterator[str]:
    """Each refund at the shop is that of one approved proposal, with the order and amount that were judged."""
    for refund in world.refunds:
        proposal = world.proposals.get(refund.key)
        if proposal is None or proposal.state not in {"approved", "issued"}:
            yield f"{refund.refund_id} was paid for {proposal.state if proposal else 'nothing that was proposed'}"
            continue
        ticket = world.cases[proposal.case_id].ticket_id
        offered = world.bodies[ticket]["refund"]
        judged = (proposal.order_id, offered["amount_minor"], offered["currency"])
        if judged != (refund.order_id, refund.amount_minor, refund.currency):
            yield f"{refund.refund_id} paid {refund.amount_minor} where {offered['amount_minor']} was judged"


def orders_are_refunded_once(world: World) -> Iterator[str]:
    """What an order says that it was refunded is what was paid for it; each of the campaigns' orders is paid once."""
    paid = Counter(refund.order_id for refund in world.refunds)
    for id, order in world.orders.items():
        since = order.refunded_minor - world.orders_before[id].refunded_minor
        if paid[id] > 1 or since != sum(refund.amount_minor for refund in world.refunds_of(id)):
            yield f"{id} has {paid[id]} refunds, and {since} in all"


def proposals_agree_with_the_outbox(world: World) -> Iterator[str]:
    """What is approved leaves, what was issued has left and was paid, nothing else does; and cases end with them."""
    paid = {refund.key: refund.refund_id for refund in world.refunds}
    for id, proposal in world.proposals.items():
        leaving = world.outbox[id].state if id in world.outbox else None
        case = world.cases[proposal.case_id].state
        if leaving not in OUTBOX_OF.get(proposal.state, {None}):
            yield f"{id} is {proposal.state}, and in the outbox {leaving}"
        if proposal.state == "issued" and proposal.refund_id != paid.get(id):
            yield f"{id} is issued as {proposal.refund_id}, and the shop has {paid.get(id)}"
        closed = case == "closed"
        if (proposal.state in UNDECIDED and closed) or (proposal.state in ENDED and not closed):
            yield f"{id} is {proposal.state}, and its case {case}"


def keys_answer_as_it_is_kept(world: World) -> Iterator[str]:
    """The answer under a key is a Decision that is kept, byte for byte."""
    kept = {row.body for row in world.decisions.values()}
    for key in world.keys:
        decides = "/v1/chat" in key.route or "/v1/triage" in key.route
        if key.state == "done" and decides and key.body not in kept:
            yield f"{key.key} answers what is not kept"


RULES: tuple[Rule, ...] = (
    conversations_are_whole,
    decisions_have_their_messages,
    decisions_have_their_traces,
    a_person_holds_what_is_escalated,
    refunds_were_approved,
    orders_are_refunded_once,
    proposals_agree_with_the_outbox,
    keys_answer_as_it_is_kept,
)
