"""What those who run the service look at."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter

from agent.decision import decision_schema
from agent.taxonomy import NextAction
from service.callers import Role
from service.http import examples
from service.http.answers import Percentiles, Summary
from service.http.models import Hours
from service.http.parts import Known, Open
from service.http.policy import PolicedRoute, allows, public
from service.http.shown import Shown
from service.store.cases import open_cases
from service.store.hours import hours_since
from service.store.sums import over_all

router = APIRouter(prefix="/v1", tags=["ops"], route_class=PolicedRoute)


@router.get("/schema")
@public
@Shown(examples.SCHEMA)
async def schema() -> dict[str, Any]:
    """Return the JSON Schema of a Decision."""
    return decision_schema()


@router.get("/ops/summary")
@allows(Role.OPS)
@Shown(examples.SUMMARY)
async def summary(_caller: Known, parts: Open, hours: Hours = 24) -> Summary:
    """Return volume, categories, escalation rate and latency of the last hours, the first of which is taken whole."""
    now = parts.now()
    since = now - timedelta(hours=hours)
    found, waiting = await parts.store.read(
        lambda session: (over_all(one.sums for one in hours_since(session, since, now)), open_cases(session))
    )
    return Summary(
        hours=hours,
        decisions=found.decisions,
        by_category=found.by_category,
        by_action={NextAction(name): count for name, count in found.by_action.items()},
        escalation_rate=found.escalated,
        open_cases=waiting,
        latency_ms=Percentiles(**{f"p{percent}": found.percentile_ms(percent) for percent in (50, 95, 99)}),
        release=parts.agent.release.id,
    )
