"""First: language, signals, and the order ids that the customer or the channel really named."""

import re

from agent.decision import Flag
from agent.deps import Deps
from agent.language import SPOKEN, language_of
from agent.models.protocol import Reading
from agent.signals import signals
from agent.state import State
from agent.ticket import Ticket
from tools.orders import order_id_mentions

MOST_ORDERS = 3


def screen(state: State, deps: Deps) -> State:
    """Read what code alone can tell about the ticket."""
    ticket = state["ticket"]
    language = language_of(ticket.text)
    found = signals(ticket.text)
    flags = (Flag.TRUNCATED,) * ticket.cut + found + (Flag.LANGUAGE_UNSUPPORTED,) * (language != SPOKEN)
    return {"reading": Reading(ticket, language, order_ids(ticket), found), "flags": flags}


def order_ids(ticket: Ticket) -> tuple[str, ...]:
    """Return the order numbers with provenance, from the first of these that names any.

    The customer's words, the order that the channel names, its metadata, the customer's earlier words.
    """
    earlier = (turn.text for turn in reversed(ticket.earlier) if turn.role == "customer")
    sources: tuple[list[str], ...] = (
        order_id_mentions(ticket.text),
        _named(ticket.order_id) if ticket.order_id else [],
        [id for value in ticket.metadata.values() for id in order_id_mentions(value)],
        [id for text in earlier for id in order_id_mentions(text)],
    )
    found = next((ids for ids in sources if ids), [])
    return tuple(dict.fromkeys(found))[:MOST_ORDERS]


def _named(order_id: str) -> list[str]:
    """Return the id that the channel names; one that is no order id is looked up too, and is not found."""
    return order_id_mentions(order_id)[:1] or [re.sub(r"[^A-Za-z0-9#-]", "", order_id)[:32] or "unreadable"]
