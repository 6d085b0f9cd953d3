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
from service.store.summary import summary_since

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
    """Return volume, categories, escalation rate and latency of the last hours."""
    since = parts.now() - timedelta(hours=hours)
    found = await parts.store.read(lambda session: summary_since(session, since))
    return Summary(
        hours=hours,
        decisions=found.decisions,
        by_category=found.by_category,
        by_action={NextAction(name): count for name, count in found.by_action.items()},
        escalation_rate=found.escalation_rate,
        open_cases=found.open_cases,
        latency_ms=Percentiles(p50=found.latency_ms(50), p95=found.latency_ms(95), p99=found.latency_ms(99)),
        release=parts.agent.release.id,
    )
