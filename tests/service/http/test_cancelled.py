"""A turn is cancelled wherever it waits: nothing is half kept, its key is free, and the conversation goes on."""

import asyncio
import time
from collections.abc import Coroutine, Generator
from functools import partial
from typing import Any

import pytest
from sqlmodel import func, select

from service.incoming import Incoming
from service.intake import Intake
from service.store.idempotency import Answered, Named
from service.store.owners import Writer
from service.store.store import Session
from service.store.tables import CaseRow, DecisionRow, IdempotencyRow, Message, TraceRow
from tests.service.databases import POSTGRES_SLOWLY
from tests.service.running import Running

pytestmark = pytest.mark.parametrize("url", POSTGRES_SLOWLY, indirect=True)
OURS = "C-1001"
MOST = 200  # waits in one turn; there are far fewer
FREE_WITHIN = 10.0  # seconds


class CancelledAt:
    """Awaits something, and cancels the task that does so when it waits for the n-th time; `waits` counts them."""

    def __init__(self, work: Coroutine[Any, Any, Any], n: int) -> None:
        self.work, self.n, self.waits = work, n, 0

    def __await__(self) -> Generator[Any, Any, Any]:
        waiting = self.work.__await__()
        step = partial(waiting.send, None)
        while True:
            try:
                awaited = step()
            except StopIteration as done:
                return done.value
            if self.waits == self.n:
                task = asyncio.current_task()
                assert task is not None
                asyncio.get_running_loop().call_soon(task.cancel)
            self.waits += 1
            try:
                step = partial(waiting.send, (yield awaited))
            except BaseException as problem:
                step = partial(waiting.throw, problem)


async def cancelled(work: Coroutine[Any, Any, Any], n: int) -> bool:
    """Do a work that is cancelled at its n-th wait; say whether it came to that."""
    at = CancelledAt(work, n)

    async def awaited() -> None:
        await at

    await asyncio.gather(asyncio.create_task(awaited()), return_exceptions=True)
    return at.waits > n


async def turn(intake: Intake, incoming: Incoming, named: Named) -> Answered:
    begun = await intake.begin(incoming, named)
    return begun if isinstance(begun, Answered) else await intake.finish(begun)


def kept(session: Session, conversation: str) -> tuple[int, int, int, int]:
    """How many messages, Decisions, traces and cases a conversation has."""
    tickets = select(DecisionRow.trace_id).where(DecisionRow.conversation_id == conversation)
    queries = (
        select(func.count()).select_from(Message).where(Message.conversation_id == conversation),
        select(func.count()).select_from(DecisionRow).where(DecisionRow.conversation_id == conversation),
        select(func.count()).select_from(TraceRow).where(TraceRow.trace_id.in_(tickets)),  # type: ignore[attr-defined]
        select(func.count()).select_from(CaseRow).where(CaseRow.conversation_id == conversation),
    )
    found = [session.exec(query).one() for query in queries]
    return found[0], found[1], found[2], found[3]


@pytest.mark.parametrize(("message", "cases"), [("Where is it?", 0), ("I want to speak to a human being", 1)])
async def test_the_same_message_is_kept_once_however_its_turn_ended(service: Running, message: str, cases: int) -> None:
    intake, store, writer = service.parts.intake, service.parts.store, Writer(OURS, None, owns_all=False)
    for n in range(MOST):
        first = await service.post("/v1/chat", {"message": "Where is my order A-10234?", "customer_id": OURS})
        id = first.json()["conversation_id"]
        incoming = Incoming(message, writer, "chat", chat=True, conversation_id=id)
        named = Named("K-1", "POST /v1/chat", f"key-{n}", "digest")
        went_on = not await cancelled(turn(intake, incoming, named), n)
        answered = await turn(intake, incoming, named)
        assert answered.status == 200
        assert await store.read(partial(kept, conversation=id)) == (4, 2, 2, cases)
        states = await store.read(lambda session: set(session.exec(select(IdempotencyRow.state))))
        assert states == {"done"}
        if went_on:
            assert n > 3, "a turn waits for the database twice, and for the run"
            return
    raise AssertionError("a turn that never ends")


@pytest.mark.parametrize("path", ["/v1/chat", "/v1/chat/stream"])
async def test_a_request_that_is_cancelled_leaves_its_key_free(service: Running, path: str) -> None:
    """The clock stands still here: a claim that nobody is at would last for ever."""
    for n in range(MOST):
        went_on = not await cancelled(asked(service, path, f"key-{n}"), n)
        ends = time.monotonic() + FREE_WITHIN
        while (status := await asked(service, path, f"key-{n}")) != 200:
            assert status in {409, 503}
            assert time.monotonic() < ends
            await asyncio.to_thread(time.sleep, 0.02)
        if went_on:
            return
    raise AssertionError("a request that never ends")


async def asked(service: Running, path: str, key: str) -> int:
    body = {"message": "I want my money back for A-10234", "customer_id": OURS}
    return (await service.post(path, body, Idempotency_Key=key)).status_code
