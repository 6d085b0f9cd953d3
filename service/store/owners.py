"""Whose a conversation is."""

from dataclasses import dataclass

from service.store.tables import Conversation


class NoSuchConversation(Exception):
    """There is none with this id, or it is somebody else's: nobody can tell which."""


@dataclass(frozen=True)
class Writer:
    """Who writes a message. `owns_all` is a server that names no customer: it may go on with what servers began."""

    customer_id: str | None
    visitor_id: str | None
    owns_all: bool

    def owns(self, conversation: Conversation) -> bool:
        """Say whether a conversation is this one's own."""
        if self.owns_all:
            return conversation.visitor_id is None
        return (conversation.customer_id, conversation.visitor_id) == (self.customer_id, self.visitor_id)
