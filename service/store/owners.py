"""Whose a conversation is."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_
from sqlmodel import col

from service.store.tables import Conversation


class NoSuchConversation(Exception):
    """There is none with this id, or it is somebody else's: nobody can tell which."""


@dataclass(frozen=True)
class Writer:
    """Who writes a message. `owns_all` is a server that names no customer: it may go on with what servers began."""

    customer_id: str | None
    visitor_id: str | None
    owns_all: bool

    def own(self) -> ColumnElement[bool]:
        """Return what makes a conversation this one's own.

        The database is asked for it, so that another's is never read: that would take longer than finding none.
        """
        if self.owns_all:
            return col(Conversation.visitor_id).is_(None)
        customer = col(Conversation.customer_id) == self.customer_id  # None is asked for as NULL
        return and_(customer, col(Conversation.visitor_id) == self.visitor_id)
