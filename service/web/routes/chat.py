"""The customer's page: a conversation with the agent, step by step where the browser runs scripts."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from agent.decision import Decision
from service.http.answers import ConversationView
from service.http.models import ChatRequest, Id
from service.http.parts import Open, Parts
from service.http.policy import public
from service.http.problems import Problem, too_often
from service.http.routes.stream import streamed
from service.http.views import conversation_view
from service.incoming import Incoming
from service.intake import Started
from service.store.conversations import read_conversation
from service.store.counts import Limit, count
from service.store.idempotency import Answered
from service.store.owners import NoSuchConversation
from service.store.store import Session
from service.web.chatting import Chatting, chatting, chatting_as
from service.web.demo import demo_customers
from service.web.forms import Form, checked
from service.web.page_route import Here, PageRoute, Sent, go_to
from service.web.rendering import page

SAYS = {"message": "Write your message first."}
GONE = "This browser has no such conversation: it began in another one, or was left alone for a week. Begin another."
ONE_VISITOR = Limit(most=10, seconds=60)  # conversations that one begins
router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/")
@public
async def chat_page(
    request: Request, here: Here, parts: Open, conversation: Annotated[Id | None, Query()] = None
) -> Response:
    """Show a conversation of this browser's, or the beginning of one."""
    who = await chatting(request, parts)
    view = await _read(conversation, who, parts) if conversation is not None else None
    response = page(
        "chat/chat.html",
        messages=view.messages if view else [],
        with_person=view is not None and view.state == "with_person",
        conversation_id=conversation,
        customers=demo_customers(parts),
        customer=who.caller.customer_id,
        person=None,
        csrf=here.csrf,
    )
    who.keep(response, request)
    return response


@router.get("/thread")
@public
async def thread(request: Request, parts: Open, conversation: Id) -> Response:
    """Return what was said, for a page that waits for a person's answer."""
    who = await chatting(request, parts)
    view = await _read(conversation, who, parts)
    response = page("chat/thread.html", messages=view.messages, with_person=view.state == "with_person")
    who.keep(response, request)
    return response


@router.post("/chat")
@public
async def write(request: Request, sent: Sent, parts: Open) -> Response:
    """Answer a message, and show the conversation again: the way without scripts."""
    who, started = await _begin(request, sent, parts)
    answered = started if isinstance(started, Answered) else await parts.intake.finish(started)
    response = go_to(f"/?conversation={Decision.model_validate_json(answered.body).conversation_id}")
    who.keep(response, request)
    return response


async def begun(request: Request, response: Response, sent: Sent, parts: Open) -> AsyncIterator[Started | Answered]:
    """Begin the turn before the stream, so that a refusal is a plain answer."""
    who, started = await _begin(request, sent, parts)
    who.keep(response, request)
    yield started


@router.post("/chat/stream", response_class=EventSourceResponse)
@public
async def stream(started: Annotated[Started | Answered, Depends(begun)], parts: Open) -> AsyncIterator[ServerSentEvent]:
    """Answer a message step by step."""
    async for event in streamed(started, parts):
        yield event


@router.post("/chat/as")
@public
async def be(request: Request, sent: Sent, parts: Open) -> Response:
    """Be one of the demo's customers, or a visitor; there is no such thing outside of the demo."""
    customers = demo_customers(parts)
    if not customers:
        raise Problem(404, "There is nothing here for you.")
    wanted = sent.get("customer", "")
    if wanted and wanted not in customers:
        raise Problem(422, "The demo has no such customer.")
    who = await chatting_as(wanted or None, parts)
    response = go_to("/")
    who.keep(response, request)
    return response


async def _begin(request: Request, sent: Form, parts: Parts) -> tuple[Chatting, Started | Answered]:
    who = await chatting(request, parts)
    asked = checked(ChatRequest, {**sent, "customer_id": ""}, SAYS, required=("message",))
    if asked.conversation_id is None and who.caller.customer_id is None:
        await parts.store.write(lambda session: _one_more_visitor(session, who.caller.id, parts), durable=False)
    incoming = Incoming(asked.message, who.writer, "chat", chat=True, conversation_id=asked.conversation_id)
    try:
        return who, await parts.intake.begin(incoming)
    except NoSuchConversation as problem:
        raise Problem(404, GONE) from problem


async def _read(id: str, who: Chatting, parts: Parts) -> ConversationView:
    try:
        return conversation_view(*await parts.store.read(lambda session: read_conversation(session, id, who.writer)))
    except NoSuchConversation as problem:
        raise Problem(404, GONE) from problem


def _one_more_visitor(session: Session, id: str, parts: Parts) -> None:
    """Count one more conversation of visitors; raises Problem 429.

    Who drops its cookie is another visitor each time, so all share a limit. What is refused is not counted in it (it
    is rolled back): who comes too often takes what there is, and does not keep others out for longer than that.
    """
    for subject, limit in ((f"begins:{id}", ONE_VISITOR), ("visitors", parts.visitors)):
        wait = count(session, subject, limit, parts.now())
        if wait and parts.door.limited:
            raise too_often(wait)
