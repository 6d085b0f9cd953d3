"""All that the service and the shop hold at one moment, read past both while neither has anything in progress."""

import json
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel, select

from service.store.engine import POSTGRES
from service.store.store import Store
from service.store.tables import (
    CaseRow,
    Conversation,
    DecisionRow,
    FeedbackRow,
    IdempotencyRow,
    Message,
    OutboxRow,
    ProposalRow,
    TraceRow,
)
from tools.demo_shop.database import open_engine
from tools.demo_shop.store import DemoShop
from tools.demo_shop.tables import RefundRow
from tools.records import Order

R = TypeVar("R", bound=SQLModel)


@dataclass(frozen=True)
class World:
    """The rows of the service, and the shop's orders and refunds; `orders_before` are those it was filled with."""

    conversations: dict[str, Conversation]
    messages: dict[str, list[Message]]  # of each conversation, in order
    decisions: dict[str, DecisionRow]  # by ticket
    traces: dict[str, str]  # ticket by trace
    cases: dict[str, CaseRow]
    proposals: dict[str, ProposalRow]
    outbox: dict[str, OutboxRow]
    feedback: dict[str, FeedbackRow]
    keys: list[IdempotencyRow]
    refunds: list[RefundRow]
    orders: dict[str, Order]
    orders_before: dict[str, Order]

    @cached_property
    def bodies(self) -> dict[str, dict[str, Any]]:
        """Return the Decisions by ticket, as they were answered."""
        return {ticket: json.loads(row.body) for ticket, row in self.decisions.items()}

    def refunds_of(self, order_id: str) -> list[RefundRow]:
        """Return what was paid back for an order since the shop was filled."""
        return [refund for refund in self.refunds if refund.order_id == order_id]

    def case_of(self, ticket_id: str) -> CaseRow:
        """Return the case that a Decision made."""
        (found,) = (case for case in self.cases.values() if case.ticket_id == ticket_id)
        return found


def world_of(store: Store, shop_file: Path, orders_before: dict[str, Order]) -> World:
    """Read everything."""
    shop = DemoShop(shop_file)
    engine = open_engine(shop_file)
    try:
        with Session(engine) as session:
            refunds = _all(session, RefundRow)
        orders = {order.order_id: order for order in shop.orders()}
    finally:
        engine.dispose()
        shop.close()

    def unit(session: Session) -> World:
        if session.get_bind().dialect.name == POSTGRES:  # where what the dead have sent may still be committed
            session.connection().exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        messages = defaultdict(list)
        for message in sorted(_all(session, Message), key=lambda one: one.place):
            messages[message.conversation_id].append(message)
        return World(
            conversations={row.id: row for row in _all(session, Conversation)},
            messages=dict(messages),
            decisions={row.ticket_id: row for row in _all(session, DecisionRow)},
            traces=dict(session.exec(select(TraceRow.trace_id, TraceRow.ticket_id)).all()),
            cases={row.id: row for row in _all(session, CaseRow)},
            proposals={row.id: row for row in _all(session, ProposalRow)},
            outbox={row.key: row for row in _all(session, OutboxRow)},
            feedback={row.id: row for row in _all(session, FeedbackRow)},
            keys=_all(session, IdempotencyRow),
            refunds=refunds,
            orders=orders,
            orders_before=orders_before,
        )

    return store.read_now(unit)


def _all(session: Session, table: type[R]) -> list[R]:
    rows = list(session.exec(select(table)).all())
    session.expunge_all()
    return rows
