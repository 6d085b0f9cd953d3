"""A message in, its run as server-sent events: `step` while it goes on, then `reply`, one `decision`, `done`.

What can be refused is refused before the stream begins, as a plain answer. Where the run fails later, one `problem`
event says so. Pings come from FastAPI.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel

from agent.trace import AnyEvent, StepDone
from service.callers import Role
from service.http import examples
from service.http.answers import StreamedEnd, StreamedProblem, StreamedReply, StreamedStep
from service.http.models import ChatRequest
from service.http.parts import Known, Open, Parts
from service.http.policy import PolicedRoute, allows
from service.http.problems import Problem, problem_of
from service.http.routes.tickets import begin, chatting
from service.http.shown import Shown
from service.intake import Started
from service.store.idempotency import Answered

router = APIRouter(prefix="/v1", tags=["tickets"], route_class=PolicedRoute)


async def begun(asked: ChatRequest, request: Request, caller: Known, parts: Open) -> AsyncIterator[Started | Answered]:
    """Begin the turn before the stream, so that a refusal is a plain answer.

    Its key is let go behind the stream, which may never have run: a client that goes away now can ask again at once.
    """
    started = await begin(parts, chatting(asked, caller), request, caller)
    try:
        yield started
    finally:
        if isinstance(started, Started):
            await parts.intake.give_up(started.begun, started.named)


@router.post("/chat/stream", response_class=EventSourceResponse)
@allows(Role.SERVICE, Role.CHAT, body=ChatRequest)
@Shown(examples.STREAM, examples.MESSAGES, refuses=(404, 409), keyed=True)
async def stream(started: Annotated[Started | Answered, Depends(begun)], parts: Open) -> AsyncIterator[ServerSentEvent]:
    """Answer one message within its conversation, step by step."""
    async for event in streamed(started, parts):
        yield event


async def streamed(started: Started | Answered, parts: Parts) -> AsyncIterator[ServerSentEvent]:
    """Yield the events of a turn that has begun."""
    if isinstance(started, Answered):
        for given in _ending(started):
            yield given
        return
    events: asyncio.Queue[AnyEvent | None] = asyncio.Queue()
    running = asyncio.create_task(_finish(parts, started, events))
    try:
        while (event := await events.get()) is not None:
            if isinstance(event, StepDone):
                yield _event("step", StreamedStep(step=event.step, duration_ms=event.duration_ms))
        for last in _ending(await running):
            yield last
    except Exception as problem:
        yield _problem(problem_of(problem))
    finally:
        if not running.done():
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running


async def _finish(parts: Parts, started: Started, events: asyncio.Queue[AnyEvent | None]) -> Answered:
    try:
        return await parts.intake.finish(started, events.put_nowait)
    finally:
        events.put_nowait(None)


def _ending(answered: Answered) -> list[ServerSentEvent]:
    return [
        _event("reply", StreamedReply(text=json.loads(answered.body)["reply"])),
        ServerSentEvent(event="decision", raw_data=answered.body),
        _event("done", StreamedEnd()),
    ]


def _problem(problem: Problem) -> ServerSentEvent:
    return _event("problem", StreamedProblem(status=problem.status, detail=problem.detail))


def _event(name: str, data: BaseModel) -> ServerSentEvent:
    return ServerSentEvent(event=name, raw_data=data.model_dump_json())
