"""Tickets and messages in, Decisions out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from agent.decision import Decision
from agent.ticket import EmptyTicketError
from service.callers import Caller, Role
from service.http.admission import too_often
from service.http.keyed import in_use, named_by, response, reused
from service.http.models import ChatRequest, TriageRequest
from service.http.parts import Parts, caller_of, parts_of
from service.http.policy import PolicedRoute, allows
from service.http.problems import Problem, not_found
from service.intake import Incoming, Started
from service.store.conversations import LostRace
from service.store.idempotency import Answered, ClaimLost, KeyInUse, KeyReused
from service.store.owners import NoSuchConversation, Writer
from service.store.turns import TooOften

router = APIRouter(prefix="/v1", tags=["tickets"], route_class=PolicedRoute)
Known = Annotated[Caller, Depends(caller_of)]
Open = Annotated[Parts, Depends(parts_of)]


@router.post("/triage", response_model=Decision)
@allows(Role.SERVICE, Role.CHAT, body=TriageRequest)
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
    """Begin a turn; raises Problem."""
    try:
        return await parts.intake.begin(incoming, named_by(request, caller))
    except EmptyTicketError as problem:
        raise Problem(422, "The message is empty.") from problem
    except NoSuchConversation as problem:
        raise not_found() from problem
    except TooOften as problem:
        raise too_often(problem.wait) from problem
    except KeyInUse as problem:
        raise in_use() from problem
    except KeyReused as problem:
        raise reused() from problem


async def finish(parts: Parts, started: Started | Answered) -> Answered:
    """Finish a turn that has begun; raises Problem."""
    if isinstance(started, Answered):
        return started
    try:
        return await parts.intake.finish(started)
    except (LostRace, ClaimLost) as problem:
        raise lost_race() from problem


def lost_race() -> Problem:
    """Return the answer to a message that another one of its conversation has overtaken."""
    detail = "Another message of this conversation came first. Nothing of this one was kept: send it again."
    return Problem(409, detail, {"Retry-After": "1"})
