"""What the routes work with, put together once for each worker."""

from dataclasses import dataclass

from starlette.requests import Request

from agent.assemble import Agent
from service.callers import Caller
from service.clock import Now
from service.http.admission import Door
from service.http.gate import Gate
from service.http.metrics import Metrics
from service.intake import Intake
from service.outbox import Outbox
from service.store.store import Store


@dataclass(frozen=True)
class Parts:
    """Open until the worker ends."""

    agent: Agent
    store: Store
    intake: Intake
    outbox: Outbox
    door: Door
    gate: Gate
    metrics: Metrics
    now: Now


def parts_of(request: Request) -> Parts:
    """Return the parts; a dependency of routes."""
    parts: Parts = request.app.state.parts
    return parts


def caller_of(request: Request) -> Caller:
    """Return who was let in; a dependency of routes that are not public."""
    caller: Caller = request.state.caller
    return caller
