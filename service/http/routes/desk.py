"""The human desk for servers: cases by priority and age, replies, corrections, refunds to approve, handing back."""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response

from service.callers import Caller, Role
from service.desk import approving, corrected
from service.http import examples
from service.http.answers import CaseList, CaseView
from service.http.keyed import once
from service.http.models import After, CaseId, CaseState, Correct, Decline, Most, Nothing, Reply
from service.http.parts import Known, Open, Parts
from service.http.policy import PolicedRoute, allows
from service.http.shown import Shown
from service.http.views import summary_of, view_of
from service.store import desk
from service.store.idempotency import Answered
from service.store.store import Session

DONE = ("reply", "correct", "approve", "decline", "hand_back")  # what is done with a case, as the document names it
router = APIRouter(prefix="/v1/desk", tags=["desk"], route_class=PolicedRoute)


@router.get("/cases", response_model=CaseList)
@allows(Role.DESK)
@Shown(examples.CASES, links={"case": "/cases/0/case_id"})
async def cases(
    _caller: Known,
    parts: Open,
    state: CaseState = "open",
    most: Most = 50,
    after: After = None,
) -> CaseList:
    """List cases, the most urgent first and of these the oldest. `after` is the last case seen."""
    found = await parts.store.read(lambda session: desk.list_cases(session, state, most + 1, after))
    shown = [summary_of(case, proposal) for case, proposal in found[:most]]
    return CaseList(cases=shown, next=shown[-1].case_id if len(found) > most else None)


@router.get("/cases/{id}", response_model=CaseView)
@allows(Role.DESK)
@Shown(examples.CASE, refuses=(404,), links={"conversation": "/conversation_id", **dict.fromkeys(DONE, "/case_id")})
async def case(id: CaseId, _caller: Known, parts: Open) -> CaseView:
    """Return a case with everything that was found, and what was said."""
    return view_of(await parts.store.read(lambda session: desk.case_file(session, id)))


@router.post("/cases/{id}/reply", response_model=CaseView)
@allows(Role.DESK, body=Reply)
@Shown(examples.CASE, examples.REPLIES, refuses=(404, 409), keyed=True)
async def reply(id: CaseId, asked: Reply, request: Request, caller: Known, parts: Open) -> Response:
    """Answer the customer."""
    return await _done(request, caller, parts, id, lambda s: desk.reply(s, id, asked.text, parts.now()))


@router.post("/cases/{id}/correct", response_model=CaseView)
@allows(Role.DESK, body=Correct)
@Shown(examples.CASE, examples.CORRECTIONS, refuses=(404, 409), keyed=True)
async def correct(id: CaseId, asked: Correct, request: Request, caller: Known, parts: Open) -> Response:
    """Put the category, the priority or the next action right; what it was is kept."""
    put_right = corrected(caller.id, asked.category, asked.priority, asked.next_action, asked.reason)
    return await _done(request, caller, parts, id, lambda s: desk.correct(s, id, put_right, parts.now()))


@router.post("/cases/{id}/approve", response_model=CaseView)
@allows(Role.DESK, body=Nothing)
@Shown(examples.CASE, examples.NOTHING, refuses=(404, 409), keyed=True)
async def approve(id: CaseId, asked: Nothing, request: Request, caller: Known, parts: Open) -> Response:
    """Approve a refund. It is judged again now; what no longer qualifies as it was offered is refused, and not paid."""
    unit = await approving(parts.store, parts.agent, id, caller.id, parts.now())
    answer = await _done(request, caller, parts, id, unit)
    parts.outbox.wake()
    return answer


@router.post("/cases/{id}/decline", response_model=CaseView)
@allows(Role.DESK, body=Decline)
@Shown(examples.CASE, examples.REASONS, refuses=(404, 409), keyed=True)
async def decline(id: CaseId, asked: Decline, request: Request, caller: Known, parts: Open) -> Response:
    """Decline a refund and close its case."""
    return await _done(request, caller, parts, id, lambda s: desk.decline(s, id, caller.id, asked.reason, parts.now()))


@router.post("/cases/{id}/hand-back", response_model=CaseView)
@allows(Role.DESK, body=Nothing)
@Shown(examples.CASE, examples.NOTHING, refuses=(404, 409), keyed=True)
async def hand_back(id: CaseId, asked: Nothing, request: Request, caller: Known, parts: Open) -> Response:
    """Close a case and let the agent answer again."""
    return await _done(request, caller, parts, id, lambda s: desk.hand_back(s, id, parts.now()))


async def _done(request: Request, caller: Caller, parts: Parts, id: str, change: Callable[[Session], None]) -> Response:
    """Make a change once, and answer with the case as it is after it."""

    def unit(session: Session) -> Answered:
        change(session)
        session.flush()
        return Answered(200, view_of(desk.case_file(session, id)).model_dump_json())

    return await once(request, caller, parts.store, unit, parts.now)
