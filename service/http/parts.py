"""What the routes work with: the only place where the service's parts are put together, once for each worker."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from agent.assemble import Agent
from service.callers import Caller
from service.clock import Now, utc_now
from service.http.admission import Door
from service.http.gate import Gate
from service.http.metrics import Metrics
from service.intake import Intake
from service.outbox import Outbox
from service.settings import ServiceSettings
from service.store.counts import Limit
from service.store.migrate import require_current
from service.store.store import Store

MINUTE = 60


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
    visitors: Limit  # conversations that visitors of the page begin, of all together
    patience: float  # seconds, see ServiceSettings
    demo: bool = False  # whether a visitor may choose whom to be
    https: bool = False  # whether browsers come over TLS


def parts_of(request: Request) -> Parts:
    """Return the parts; a dependency of routes."""
    parts: Parts = request.app.state.parts
    return parts


def caller_of(request: Request) -> Caller:
    """Return who was let in; a dependency of routes that are not public."""
    caller: Caller = request.state.caller
    return caller


Known = Annotated[Caller, Depends(caller_of)]
Open = Annotated[Parts, Depends(parts_of)]


def open_parts(agent: Agent, url: str, settings: ServiceSettings, now: Now = utc_now) -> Parts:
    """Return the parts; raises SchemaError, BadUrlError or StoreUnavailable."""
    store = Store(url)
    require_current(store)
    gate = Gate(settings.in_progress)
    metrics = Metrics(gate)
    door = Door(store, Limit(settings.requests_a_minute, MINUTE), now, settings.limits)
    customers = Limit(settings.messages_a_minute, MINUTE)
    intake = Intake(agent, store, now, customers, settings.limits, metrics.decided)
    outbox = Outbox(store, agent.shop, agent.today, now)
    visitors = Limit(settings.visitors_a_minute, MINUTE)
    told = (settings.patience, settings.demo, settings.https)
    return Parts(agent, store, intake, outbox, door, gate, metrics, now, visitors, *told)
