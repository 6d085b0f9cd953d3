"""Conversations to look at, chat tokens for browsers, and what people think of Decisions."""

import secrets
from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from service.callers import Caller, Role
from service.http.keyed import once
from service.http.models import ChatTokenRequest, FeedbackRequest
from service.http.policy import PolicedRoute, allows
from service.http.problems import not_found
from service.http.routes.tickets import Known, Open
from service.store.conversations import read_conversation
from service.store.feedback import add_feedback, feedback_row
from service.store.idempotency import Answered
from service.store.owners import NoSuchConversation, Writer
from service.store.signing import signing_secrets
from service.store.store import Session
from service.store.tables import Message
from service.tokens import LASTS, mint

router = APIRouter(prefix="/v1", tags=["conversations"], route_class=PolicedRoute)


class Said(BaseModel):
    """One message; those of the agent and the customer name the ticket that they belong to."""

    role: Literal["customer", "agent", "person"]
    text: str
    ticket_id: str | None
    at: datetime


class ConversationView(BaseModel):
    """A conversation as its customer may see it."""

    conversation_id: str
    state: Literal["open", "with_person"]
    messages: list[Said]


class ChatToken(BaseModel):
    """A credential for one browser."""

    token: str
    expires_in: int = Field(description="Seconds.")


class FeedbackKept(BaseModel):
    """Under which id feedback was kept."""

    feedback_id: str


@router.get("/conversations/{id}", response_model=ConversationView)
@allows(Role.SERVICE, Role.CHAT, Role.DESK)
async def conversation(id: str, caller: Known, parts: Open) -> ConversationView:
    """Return a conversation with all that was said in it."""
    try:
        found, messages = await parts.store.read(lambda session: read_conversation(session, id, reader_of(caller)))
    except NoSuchConversation as problem:
        raise not_found() from problem
    return ConversationView(conversation_id=found.id, state=found.state, messages=[said(one) for one in messages])


@router.post("/chat-tokens", response_model=ChatToken)
@allows(Role.SERVICE, body=ChatTokenRequest)
async def chat_token(asked: ChatTokenRequest, parts: Open) -> ChatToken:
    """Make a chat token for a customer whom the shop has verified, or for a new anonymous visitor."""
    (secret, *_) = await parts.store.read(signing_secrets)
    token = mint(asked.customer_id, secret, parts.now())
    return ChatToken(token=token, expires_in=int(LASTS.total_seconds()))


@router.post("/feedback", response_model=FeedbackKept, status_code=201)
@allows(Role.SERVICE, Role.CHAT, Role.DESK, body=FeedbackRequest)
async def feedback(asked: FeedbackRequest, request: Request, caller: Known, parts: Open) -> Response:
    """Keep what somebody thought of a Decision."""
    id = f"F-{secrets.token_hex(12)}"

    row = feedback_row(id, asked.ticket_id, asked.rating, asked.comment, caller.id, parts.now())

    def unit(session: Session) -> Answered:
        add_feedback(session, row, reader_of(caller))
        return Answered(201, FeedbackKept(feedback_id=id).model_dump_json())

    try:
        return await once(request, caller, parts.store, unit, parts.now)
    except NoSuchConversation as problem:
        raise not_found() from problem


def said(message: Message) -> Said:
    """Return a message as people see it."""
    return Said(role=message.role, text=message.text, ticket_id=message.ticket_id, at=message.created_at)


def reader_of(caller: Caller) -> Writer | None:
    """Return whose conversations a caller may read; None for all of them."""
    if caller.role is Role.CHAT:
        return Writer(caller.customer_id, caller.visitor_id, owns_all=False)
    return None
