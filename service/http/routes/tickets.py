"""Tickets and messages in, Decisions out."""

from fastapi import APIRouter, Request, Response

from agent.decision import Decision
from service.callers import Caller, Role
from service.http import examples
from service.http.keyed import named_by, response
from service.http.models import ChatRequest, TriageRequest
from service.http.parts import Known, Open, Parts
from service.http.policy import PolicedRoute, allows
from service.http.problems import Problem
from service.http.shown import Shown
from service.incoming import Incoming
from service.intake import Started
from service.store.idempotency import Answered
from service.store.owners import Writer

router = APIRouter(prefix="/v1", tags=["tickets"], route_class=PolicedRoute)


@router.post("/triage", response_model=Decision)
@allows(Role.SERVICE, Role.CHAT, body=TriageRequest)
@Shown(examples.DECISION, examples.TICKETS, refuses=(409,), keyed=True, links={"conversation": "/conversation_id"})
async def triage(asked: TriageRequest, request: Request, caller: Known, parts: Open) -> Response:
    """Decide about one ticket."""
    incoming = Incoming(
        asked.text,
        writer_of(caller, asked.customer_id),
        asked.channel,
        chat=False,
        order_id=asked.order_id,
        metadata=asked.metadata,
    )
    return response(await finish(parts, await begin(parts, incoming, request, caller)))


@router.post("/chat", response_model=Decision)
@allows(Role.SERVICE, Role.CHAT, body=ChatRequest)
@Shown(examples.DECISION, examples.MESSAGES, refuses=(404, 409), keyed=True, links={"conversation": "/conversation_id"})
async def chat(asked: ChatRequest, request: Request, caller: Known, parts: Open) -> Response:
    """Answer one message within its conversation."""
    return response(await finish(parts, await begin(parts, chatting(asked, caller), request, caller)))


def chatting(asked: ChatRequest, caller: Caller) -> Incoming:
    """Return a chat message as it comes in."""
    writer = writer_of(caller, asked.customer_id)
    return Incoming(asked.message, writer, "chat", chat=True, conversation_id=asked.conversation_id)


def writer_of(caller: Caller, customer_id: str | None) -> Writer:
    """Return who writes: a browser's own customer or visitor, or whom a server names."""
    if caller.role is Role.CHAT:
        if customer_id is not None and customer_id != caller.customer_id:
            raise Problem(403, "A chat token speaks for its own customer only.")
        return Writer(caller.customer_id, caller.visitor_id, owns_all=False)
    return Writer(customer_id, None, owns_all=customer_id is None)


async def begin(parts: Parts, incoming: Incoming, request: Request, caller: Caller) -> Started | Answered:
    """Begin a turn."""
    return await parts.intake.begin(incoming, named_by(request, caller))


async def finish(parts: Parts, started: Started | Answered) -> Answered:
    """Finish a turn that has begun."""
    return started if isinstance(started, Answered) else await parts.intake.finish(started)
