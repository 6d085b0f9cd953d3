"""First: language, signals, and the order ids that the customer or the channel really named."""

import re

from agent.answer import Answer, answer_of, telling_words
from agent.decision import Flag
from agent.deps import Deps
from agent.language import SPOKEN, language_of
from agent.models.protocol import Reading
from agent.signals import signals
from agent.state import State
from agent.ticket import Ticket
from tools.email_address import without_addresses
from tools.orders import order_id_mentions

MOST_ORDERS = 3


def screen(state: State, deps: Deps) -> State:
    """Read what code alone can tell about the ticket."""
    ticket = state["ticket"]
    answer = answer_of(ticket.text, ticket.thread)
    language = _language(ticket, answer)
    found = signals(ticket.text)
    flags = (Flag.TRUNCATED,) * ticket.cut + found + (Flag.LANGUAGE_UNSUPPORTED,) * (language != SPOKEN)
    return {"reading": Reading(ticket, language, _order_ids(ticket, answer, deps), found, answer), "flags": flags}


def _language(ticket: Ticket, answer: Answer) -> str:
    """Return the language. What was understood as an answer is in ours, and so are a few words that say nothing."""
    if ticket.thread is None:
        return language_of(ticket.text)
    understood = answer not in {Answer.OF_ITS_OWN, Answer.VAGUE, Answer.GIVES}
    return SPOKEN if understood or not telling_words(ticket.text) else language_of(without_addresses(ticket.text))


def _order_ids(ticket: Ticket, answer: Answer, deps: Deps) -> tuple[str, ...]:
    """Return the order numbers with provenance: a yes is to the order of the offer, a visitor's is the one proved."""
    offer = ticket.thread.offer if ticket.thread else None
    if answer in {Answer.CONFIRMS, Answer.RESUMES} and offer is not None:
        return (offer.order_id,)
    proved = deps.identity.proved_order_id if ticket.visitor else None
    return order_ids(ticket) or ((proved,) if proved else ())


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
