"""Opens what a worker serves with: the agent, the database, the limits."""

from agent.assemble import Agent
from service.clock import Now, utc_now
from service.http.admission import Door
from service.http.gate import Gate
from service.http.metrics import Metrics
from service.http.parts import Parts
from service.intake import Intake
from service.outbox import Outbox
from service.settings import ServiceSettings
from service.store.counts import Limit
from service.store.migrate import require_current
from service.store.store import Store

MINUTE = 60


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
    return Parts(agent, store, intake, outbox, door, gate, metrics, now)
