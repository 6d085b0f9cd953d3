"""Puts the routes and what stands before them together."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from service.housekeeping import housekeeping
from service.http.gate import Gate, GateMiddleware
from service.http.metrics import MetricsMiddleware
from service.http.openapi import DESCRIPTION, TAGS, completed
from service.http.parts import Parts
from service.http.policy import Policy, policy_of
from service.http.problems import add_problem_handlers
from service.http.protocol import PATIENCE
from service.http.routes import conversations, desk, health, ops, stream, tickets
from service.warm_up import warm_up
from service.web.busy import refuse
from service.web.routes import chat as chat_pages
from service.web.routes import desk as desk_pages
from service.web.routes import nowhere, sign_in, static
from service.web.routes import ops as ops_pages

PAGES = (chat_pages.router, sign_in.router, desk_pages.router, ops_pages.router, static.router, nowhere.router)
State = dict[str, float]  # what connections are given of the application, see protocol.py
TITLE = "support-triage"
ROUTERS = (tickets.router, stream.router, conversations.router, desk.router, ops.router, health.router)


class Service(FastAPI):
    """The application; its document says more than FastAPI can read from the routes' types."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document, made when it is first asked for."""
        if self.openapi_schema is None:
            self.openapi_schema = completed(super().openapi(), routes())
        return self.openapi_schema


def create_app(parts: Parts, started: Callable[[Gate], None] = lambda _: None) -> FastAPI:
    """Return the application, which closes its parts when it ends; `started` is told once it runs."""
    app = Service(
        title=TITLE,
        version="1",
        summary="A ticket goes in, a schema-checked Decision comes out.",
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,  # a redirect repeats the Host header that it was sent
        description=DESCRIPTION,
        openapi_tags=TAGS,
        generate_unique_id_function=lambda route: route.name,
        lifespan=_lifespan(parts, started),
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.state.parts = parts
    app.state.admission = parts.door
    app.state.patience = parts.patience
    for router in (*ROUTERS, *PAGES):
        app.include_router(router)
    add_problem_handlers(app)
    app.add_middleware(GateMiddleware, gate=parts.gate, refuse=refuse)
    app.add_middleware(MetricsMiddleware, metrics=parts.metrics)
    return app


def _lifespan(parts: Parts, started: Callable[[Gate], None]) -> Callable[[FastAPI], AbstractAsyncContextManager[State]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[State]:
        await warm_up(parts.agent)
        started(parts.gate)
        async with housekeeping(parts.store, parts.outbox, parts.now):
            yield {PATIENCE: parts.patience}
        parts.agent.close()
        parts.store.close()

    return lifespan


def routes() -> list[APIRoute]:
    """Return every route of the API; pages are looked at in their own tests."""
    return [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]


def policies() -> dict[str, Policy]:
    """Return the policy of every route of the API by its method and path."""
    return {f"{method} {route.path}": policy_of(route.endpoint) for route in routes() for method in route.methods or ()}
