"""The desk's pages: the queue, and a case with everything that was found beside its conversation."""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response

from agent.taxonomy import TAXONOMY, NextAction, Priority
from agent.trace import Trace
from service.callers import Role
from service.desk import approving, corrected
from service.http.models import After, CaseId, CaseState, Correct, Decline, Reply
from service.http.parts import Open, Parts
from service.http.policy import allows
from service.http.problems import Problem
from service.http.views import summary_of, view_of
from service.store import desk
from service.store.conversations import said_in
from service.store.decisions import trace_of
from service.store.store import Session
from service.web.forms import checked
from service.web.found import quoted_or_not, rule_of, steps_taken
from service.web.page_route import Here, PageRoute, Person, Sent, go_to
from service.web.rendering import page

MOST = 50  # cases on a page
STATES = ("open", "waiting", "closed")
router = APIRouter(prefix="/desk", route_class=PageRoute, include_in_schema=False)


@router.get("")
@allows(Role.DESK)
async def queue(
    request: Request, person: Person, here: Here, parts: Open, state: CaseState = "open", after: After = None
) -> Response:
    """Show cases, the most urgent first and of these the oldest."""
    found, said = await parts.store.read(
        lambda session: (
            found := desk.list_cases(session, state, MOST + 1, after),
            said_in(session, [case.ticket_id for case, _ in found]),
        )
    )
    cases = [summary_of(case, proposal) for case, proposal in found[:MOST]]
    template = "desk/rows.html" if "HX-Request" in request.headers else "desk/queue.html"
    return page(
        template,
        cases=cases,
        said=said,
        state=state,
        states=STATES,
        after=after,
        next=cases[-1].case_id if len(found) > MOST else None,
        now=parts.now(),
        person=person,
        csrf=here.csrf,
    )


@router.get("/cases/{id}")
@allows(Role.DESK)
async def case(id: CaseId, person: Person, here: Here, parts: Open) -> Response:
    """Show a case."""
    file, trace = await parts.store.read(
        lambda session: (found := desk.case_file(session, id), trace_of(session, found.case.ticket_id))
    )
    view = view_of(file)
    run = Trace.model_validate_json(trace.body) if trace is not None else None
    quotes = [citation["quote"] for citation in view.facts.decision["citations"]]
    quoted, unquoted = quoted_or_not([(one.passage_id, one.score, one.text) for one in view.facts.passages], quotes)
    return page(
        "desk/case.html",
        case=view,
        decision=view.facts.decision,
        quoted=quoted,
        unquoted=unquoted,
        steps=steps_taken(run) if run is not None else [],
        rule=rule_of(run) if run is not None else None,
        categories=list(TAXONOMY),
        priorities=[one.value for one in reversed(Priority)],
        actions=[one.value for one in NextAction],
        now=parts.now(),
        person=person,
        csrf=here.csrf,
    )


@router.post("/cases/{id}/reply")
@allows(Role.DESK)
async def reply(id: CaseId, person: Person, sent: Sent, parts: Open) -> Response:
    """Answer the customer."""
    asked = checked(Reply, sent, {"text": "Write what the customer is to read, up to 5,000 characters."})
    seen = int(sent["seen"]) if sent.get("seen", "").isdecimal() else None
    return await _done(parts, id, lambda session: desk.reply(session, id, asked.text, parts.now(), seen))


@router.post("/cases/{id}/correct")
@allows(Role.DESK)
async def correct(id: CaseId, person: Person, sent: Sent, parts: Open) -> Response:
    """Put the category, the priority or the action right."""
    asked = checked(Correct, sent, {"reason": "Say why, in up to 1,000 characters."}, required=("reason",))
    if not (asked.category or asked.priority or asked.next_action):
        raise Problem(422, "Choose what is to be put right.")
    put_right = corrected(person.caller.id, asked.category, asked.priority, asked.next_action, asked.reason)
    return await _done(parts, id, lambda session: desk.correct(session, id, put_right, parts.now()))


@router.post("/cases/{id}/approve")
@allows(Role.DESK)
async def approve(id: CaseId, person: Person, parts: Open) -> Response:
    """Approve a refund, which is judged again first."""
    unit = await approving(parts.store, parts.agent, id, person.caller.id, parts.now())
    response = await _done(parts, id, unit)
    parts.outbox.wake()
    return response


@router.post("/cases/{id}/decline")
@allows(Role.DESK)
async def decline(id: CaseId, person: Person, sent: Sent, parts: Open) -> Response:
    """Decline a refund."""
    asked = checked(Decline, sent, {"reason": "Say why, in up to 1,000 characters."})
    return await _done(
        parts, id, lambda session: desk.decline(session, id, person.caller.id, asked.reason, parts.now())
    )


@router.post("/cases/{id}/hand-back")
@allows(Role.DESK)
async def hand_back(id: CaseId, parts: Open) -> Response:
    """Let the agent answer again."""
    return await _done(parts, id, lambda session: desk.hand_back(session, id, parts.now()))


async def _done(parts: Parts, id: str, change: Callable[[Session], None]) -> Response:
    await parts.store.write(change)
    return go_to(f"/desk/cases/{id}")
