"""Puts the routes and what stands before them together."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from service.housekeeping import housekeeping
from service.http.answers import ProblemDocument
from service.http.gate import Gate, GateMiddleware
from service.http.metrics import MetricsMiddleware
from service.http.parts import Parts
from service.http.policy import Policy, policy_of
from service.http.problems import add_problem_handlers
from service.http.routes import conversations, desk, health, ops, stream, tickets

TITLE = "support-triage"
ROUTERS = (tickets.router, stream.router, conversations.router, desk.router, ops.router, health.router)
_PROBLEM = {"model": ProblemDocument, "content": {"application/problem+json": {}}}
REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"description": "The body or a header is malformed.", **_PROBLEM},
    401: {"description": "No credential that holds.", **_PROBLEM},
    403: {"description": "The credential is not for that.", **_PROBLEM},
    404: {"description": "Not there, or not yours.", **_PROBLEM},
    408: {"description": "The body did not come in time.", **_PROBLEM},
    409: {"description": "Another request was first.", **_PROBLEM},
    413: {"description": "The body is too large.", **_PROBLEM},
    415: {"description": "The body is no JSON.", **_PROBLEM},
    422: {"description": "The request is not valid.", **_PROBLEM},
    429: {"description": "Too many requests.", **_PROBLEM},
    503: {"description": "Too much is in progress, or nothing can be kept.", **_PROBLEM},
}


def create_app(parts: Parts, started: Callable[[Gate], None] = lambda _: None) -> FastAPI:
    """Return the application, which closes its parts when it ends; `started` is told once it runs."""
    app = FastAPI(
        title=TITLE,
        version="1",
        summary="A ticket goes in, a schema-checked Decision comes out.",
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
        responses=REFUSALS,
        lifespan=_lifespan(parts, started),
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.state.parts = parts
    app.state.admission = parts.door
    for router in ROUTERS:
        app.include_router(router)
    add_problem_handlers(app)
    app.add_middleware(GateMiddleware, gate=parts.gate)
    app.add_middleware(MetricsMiddleware, metrics=parts.metrics)
    return app


def _lifespan(parts: Parts, started: Callable[[Gate], None]) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        started(parts.gate)
        async with housekeeping(parts.store, parts.outbox, parts.now):
            yield
        parts.agent.close()
        parts.store.close()

    return lifespan


def policies() -> dict[str, Policy]:
    """Return the policy of every route by its method and path."""
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    return {f"{method} {route.path}": policy_of(route.endpoint) for route in routes for method in route.methods or ()}
