"""Whether the process lives, whether it can answer, and its figures for Prometheus."""

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST

from service.http import examples
from service.http.answers import Health
from service.http.parts import Open
from service.http.policy import PolicedRoute, public
from service.http.problems import Problem
from service.http.shown import Shown
from service.store.decisions import answers
from service.store.errors import StoreUnavailable

router = APIRouter(tags=["health"], route_class=PolicedRoute)


@router.get("/livez")
@public
@Shown(examples.ALIVE)
async def livez() -> Health:
    """Say that the event loop turns."""
    return Health(status="alive")


@router.get("/readyz")
@public
@Shown(examples.READY, refuses=(503,))
async def readyz(parts: Open) -> Health:
    """Say whether a ticket would be decided and kept."""
    if parts.gate.draining:
        raise Problem(503, "The service is ending.", {"Retry-After": "5"})
    try:
        await parts.store.read(answers)
    except StoreUnavailable as problem:
        raise Problem(503, "The database does not answer.", {"Retry-After": "5"}) from problem
    return Health(status="ready")


@router.get("/metrics", response_class=PlainTextResponse)
@public
@Shown(examples.FIGURES)
async def metrics(parts: Open) -> Response:
    """Return the process's figures. No label is made of what a caller sent."""
    return Response(parts.metrics.exposition(), media_type=CONTENT_TYPE_LATEST)
