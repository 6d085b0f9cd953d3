"""What runs, for those who run it: figures over time, and the traces behind them."""

import json
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import AwareDatetime, BeforeValidator, Field

from agent.release import release_ids
from agent.taxonomy import TAXONOMY, NextAction
from agent.trace import Trace
from service.callers import Role
from service.http.models import Id
from service.http.parts import Open
from service.http.policy import allows
from service.http.problems import Problem
from service.store.cases import open_cases
from service.store.decisions import Wanted, found_traces, trace_with_decision
from service.store.hours import hours_since
from service.web.figures import Figures, figures
from service.web.found import steps_taken
from service.web.page_route import Here, PageRoute, Person
from service.web.rendering import page

SPANS = {24: "day", 168: "week", 720: "month"}  # hours
MOST = 50  # traces on a page
Span = Annotated[int, Query(ge=1, le=720)]
# A form sends a field that was left empty, too.
Slower = Annotated[Annotated[float, Field(ge=0, le=1e6)] | None, BeforeValidator(lambda given: given or None), Query()]
TicketId = Annotated[Id, Path()]
router = APIRouter(prefix="/ops", route_class=PageRoute, include_in_schema=False)


@router.get("")
@allows(Role.OPS)
async def overview(person: Person, here: Here, parts: Open, hours: Span = 24) -> Response:
    """Show volume, categories, escalations, doubt, time and cost."""
    now = parts.now()
    found, waiting = await parts.store.read(
        lambda session: (hours_since(session, now - timedelta(hours=hours), now), open_cases(session))
    )
    shown: Figures = figures(found, hours, now)
    return page(
        "ops/overview.html",
        shown=shown,
        hours=hours,
        spans=SPANS,
        open_cases=waiting,
        release=parts.agent.release.id,
        person=person,
        csrf=here.csrf,
    )


@router.get("/traces")
@allows(Role.OPS, Role.DESK)
async def traces(
    person: Person,
    here: Here,
    parts: Open,
    category: Annotated[str, Query(max_length=64)] = "",
    action: Annotated[str, Query(max_length=64)] = "",
    release: Annotated[str, Query(max_length=128)] = "",
    unsure: bool = False,
    slower_ms: Slower = None,
    before: AwareDatetime | None = None,
) -> Response:
    """List runs, the newest first, those that a filter lets through."""
    wanted = Wanted(category or None, action or None, release or None, unsure, slower_ms, before)
    found = await parts.store.read(lambda session: found_traces(session, wanted, MOST + 1))
    return page(
        "ops/traces.html",
        decisions=found[:MOST],
        next=found[MOST - 1].created_at.isoformat() if len(found) > MOST else None,
        wanted=wanted,
        categories=list(TAXONOMY),
        actions=[one.value for one in NextAction],
        releases=release_ids(),
        person=person,
        csrf=here.csrf,
    )


@router.get("/traces/{id}")
@allows(Role.OPS, Role.DESK)
async def trace(id: TicketId, person: Person, here: Here, parts: Open) -> Response:
    """Show one run, step by step, with what it led to."""
    found = await parts.store.read(lambda session: trace_with_decision(session, id))
    if found is None:
        raise Problem(404, "There is no run with this id.")
    row, decided, said = found
    return page(
        "ops/trace.html",
        steps=steps_taken(Trace.model_validate_json(row.body)),
        decision=json.loads(decided.body),  # as it was: the taxonomy of today may not know its category
        decided_at=decided.created_at,
        said=said,
        person=person,
        csrf=here.csrf,
    )
