"""Customers of the demo shop, each with something of their own in the service that is none of the others' business."""

import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from tests.service.http.matrix_doors import answered
from tests.service.running import Running
from tools.demo_shop.seed import seeded_customers, seeded_orders

# How an id of each kind looks that nothing has.
ABSENT: Mapping[str, Callable[[], str]] = MappingProxyType(
    {
        "conversation": lambda: f"V-{secrets.token_hex(16)}",
        "ticket": lambda: f"T-{uuid.uuid4().hex}",
        "case": lambda: f"E-{secrets.token_hex(12)}",
        "trace": lambda: uuid.uuid4().hex,
        "order": lambda: f"A-{99_999 - secrets.randbelow(10_000)}",
        "": str,
    }
)


@dataclass(frozen=True)
class Stranger:
    """A customer with a chat token, and the ids of what is their own by kind."""

    customer_id: str
    email: str
    token: str
    ids: Mapping[str, str]


async def strangers(service: Running, most: int) -> list[Stranger]:
    """Return so many customers. Each has written once, and a person holds the conversation."""
    order_of = {order.customer_id: order.order_id for order in seeded_orders()}
    customers = [customer for customer in seeded_customers() if customer.customer_id in order_of][:most]
    written = {}
    for customer in customers:
        body = {"message": "I want to speak to a human being", "customer_id": customer.customer_id}
        written[customer.customer_id] = (await answered(partial(service.post, "/v1/chat", body))).json()
    listed = await answered(partial(service.get, "/v1/desk/cases?most=200", "desk"))
    case_of = {case["ticket_id"]: case["case_id"] for case in listed.json()["cases"]}
    found = []
    for customer in customers:
        decision = written[customer.customer_id]
        ids = {
            "conversation": decision["conversation_id"],
            "ticket": decision["ticket_id"],
            "trace": decision["trace_id"],
            "case": case_of[decision["ticket_id"]],
            "order": order_of[customer.customer_id],
            "": "",
        }
        token = await service.token(customer.customer_id)
        found.append(Stranger(customer.customer_id, customer.email, token, ids))
    return found
