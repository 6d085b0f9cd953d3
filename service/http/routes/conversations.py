"""Conversations to look at, chat tokens for browsers, and what people think of Decisions."""

import secrets

from fastapi import APIRouter, Request, Response

from service.callers import Caller, Role
from service.http import examples
from service.http.answers import ChatToken, ConversationView, FeedbackKept
from service.http.keyed import once
from service.http.models import ChatTokenRequest, ConversationId, FeedbackRequest
from service.http.parts import Known, Open
from service.http.policy import PolicedRoute, allows
from service.http.shown import Shown
from service.http.views import conversation_view
from service.store.conversations import read_conversation
from service.store.feedback import add_feedback, feedback_row
from service.store.idempotency import Answered
from service.store.owners import Writer
from service.store.signing import signing_secrets
from service.store.store import Session
from service.tokens import LASTS, mint

router = APIRouter(prefix="/v1", tags=["conversations"], route_class=PolicedRoute)


@router.get("/conversations/{id}", response_model=ConversationView)
@allows(Role.SERVICE, Role.CHAT, Role.DESK)
@Shown(examples.CONVERSATION, refuses=(404,))
async def conversation(id: ConversationId, caller: Known, parts: Open) -> ConversationView:
    """Return a conversation with all that was said in it."""
    found, messages = await parts.store.read(lambda session: read_conversation(session, id, reader_of(caller)))
    return conversation_view(found, messages)


@router.post("/chat-tokens", response_model=ChatToken)
@allows(Role.SERVICE, body=ChatTokenRequest)
@Shown(examples.TOKEN, examples.TOKENS)
async def chat_token(asked: ChatTokenRequest, parts: Open) -> ChatToken:
    """Make a chat token for a customer whom the shop has verified, or for a new anonymous visitor."""
    (secret, *_) = await parts.store.read(signing_secrets)
    token = mint(asked.customer_id, secret, parts.now())
    return ChatToken(token=token, expires_in=int(LASTS.total_seconds()))


@router.post("/feedback", response_model=FeedbackKept, status_code=201)
@allows(Role.SERVICE, Role.CHAT, Role.DESK, body=FeedbackRequest)
@Shown(examples.FEEDBACK_KEPT, examples.FEEDBACK, refuses=(404, 409), keyed=True)
async def feedback(asked: FeedbackRequest, request: Request, caller: Known, parts: Open) -> Response:
    """Keep what somebody thought of a Decision."""
    id = f"F-{secrets.token_hex(12)}"

    row = feedback_row(id, asked.ticket_id, asked.rating, asked.comment, caller.id, parts.now())

    def unit(session: Session) -> Answered:
        add_feedback(session, row, reader_of(caller))
        return Answered(201, FeedbackKept(feedback_id=id).model_dump_json())

    return await once(request, caller, parts.store, unit, parts.now)


def reader_of(caller: Caller) -> Writer | None:
    """Return whose conversations a caller may read; None for all of them."""
    if caller.role is Role.CHAT:
        return Writer(caller.customer_id, caller.visitor_id, owns_all=False)
    return None
