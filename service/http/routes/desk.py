"""The human desk for servers: cases by priority and age, replies, corrections, refunds to approve, handing back."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from service.callers import Caller, Role
from service.http.answers import CaseList, CaseView
from service.http.keyed import once
from service.http.models import Correct, Decline, Nothing, Reply
from service.http.parts import Known, Open, Parts
from service.http.policy import PolicedRoute, allows
from service.http.views import summary_of, view_of
from service.records import rank_of
from service.refund_now import Judged, judge_now
from service.store import desk
from service.store.idempotency import Answered
from service.store.store import Session

router = APIRouter(prefix="/v1/desk", tags=["desk"], route_class=PolicedRoute)


@router.get("/cases", response_model=CaseList)
@allows(Role.DESK)
async def cases(
    _caller: Known,
    parts: Open,
    state: Literal["open", "waiting", "closed"] = "open",
    most: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str | None, Query(max_length=128, pattern=r"^[!-~]+$")] = None,
) -> CaseList:
    """List cases, the most urgent first and of these the oldest; `after` is the last case seen."""
    found = await parts.store.read(lambda session: desk.list_cases(session, state, most + 1, after))
    shown = [summary_of(case, proposal) for case, proposal in found[:most]]
    return CaseList(cases=shown, next=shown[-1].case_id if len(found) > most else None)


@router.get("/cases/{id}", response_model=CaseView)
@allows(Role.DESK)
async def case(id: str, _caller: Known, parts: Open) -> CaseView:
    """Return a case with everything that was found, and what was said."""
    return view_of(await parts.store.read(lambda session: desk.case_file(session, id)))


@router.post("/cases/{id}/reply", response_model=CaseView)
@allows(Role.DESK, body=Reply)
async def reply(id: str, asked: Reply, request: Request, caller: Known, parts: Open) -> Response:
    """Answer the customer."""
    return await _done(request, caller, parts, id, lambda s: desk.reply(s, id, asked.text, parts.now()))


@router.post("/cases/{id}/correct", response_model=CaseView)
@allows(Role.DESK, body=Correct)
async def correct(id: str, asked: Correct, request: Request, caller: Known, parts: Open) -> Response:
    """Put the category or the priority right; what it was is kept."""
    changes = {name: str(value) for name, value in asked if value is not None}
    rank = rank_of(asked.priority) if asked.priority is not None else None
    return await _done(request, caller, parts, id, lambda s: desk.correct(s, id, changes, rank, caller.id, parts.now()))


@router.post("/cases/{id}/approve", response_model=CaseView)
@allows(Role.DESK, body=Nothing)
async def approve(id: str, asked: Nothing, request: Request, caller: Known, parts: Open) -> Response:
    """Approve a refund. It is judged again now; what no longer qualifies as it was offered is refused, and not paid."""
    file = await parts.store.read(lambda session: desk.case_file(session, id))
    judged = await asyncio.to_thread(judge_now, file.proposal, parts.agent.shop, parts.agent.today())

    def unit(session: Session) -> None:
        if judged is Judged.AS_OFFERED:
            desk.approve(session, id, caller.id, parts.now())
        else:
            desk.decline(session, id, caller.id, judged.value, parts.now(), state="refused")

    answer = await _done(request, caller, parts, id, unit)
    parts.outbox.wake()
    return answer


@router.post("/cases/{id}/decline", response_model=CaseView)
@allows(Role.DESK, body=Decline)
async def decline(id: str, asked: Decline, request: Request, caller: Known, parts: Open) -> Response:
    """Decline a refund and close its case."""
    return await _done(request, caller, parts, id, lambda s: desk.decline(s, id, caller.id, asked.reason, parts.now()))


@router.post("/cases/{id}/hand-back", response_model=CaseView)
@allows(Role.DESK, body=Nothing)
async def hand_back(id: str, asked: Nothing, request: Request, caller: Known, parts: Open) -> Response:
    """Close a case and let the agent answer again."""
    return await _done(request, caller, parts, id, lambda s: desk.hand_back(s, id, parts.now()))


async def _done(request: Request, caller: Caller, parts: Parts, id: str, change: Callable[[Session], None]) -> Response:
    """Make a change once, and answer with the case as it is after it."""

    def unit(session: Session) -> Answered:
        change(session)
        session.flush()
        return Answered(200, view_of(desk.case_file(session, id)).model_dump_json())

    return await once(request, caller, parts.store, unit, parts.now)
