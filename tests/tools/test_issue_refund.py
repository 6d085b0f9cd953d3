"""The one tool that pays: judged again when it pays, paid once, and out of reach of every run."""

import ast
import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from agent.assemble import Agent
from agent.evidence import ToolRequest
from agent.models.scripted import ScriptedModel
from agent.ticket import Ticket
from tests.tools.shops import ShopInMemory, ShopThatIsDown, lost_order
from tools.demo_shop.fill import fill
from tools.demo_shop.seed import SHOP_DAY, ensure_demo_shop, seeded_customers, seeded_orders
from tools.demo_shop.store import DemoShop
from tools.identity import Identity
from tools.issue_refund import issue_refund
from tools.records import LineKind, Order, OrderLine, OrderStatus
from tools.refund_rules import refund_rules
from tools.refunds import judge
from tools.registry import TOOLS, WRITE_TOOLS
from tools.shop import RefundKeyReused
from tools.tool import Declined, Effect, Outcome, ToolContext, ToolResult

ORDER = lost_order(10001, refunded_minor=1_000)
LEFT = 9_000
OWNER = Identity(ORDER.customer_id)
WHOLE: dict[str, object] = {"order_id": ORDER.order_id, "amount_minor": LEFT, "currency": "EUR", "key": "k"}
# Half of it is final sale: what is left of the order is more than what may be refunded.
HALF = Order(
    **ORDER.model_dump(exclude={"order_id", "status", "delivered_on", "refunded_minor", "lines"}),
    order_id="A-10002",
    status=OrderStatus.DELIVERED,
    delivered_on=SHOP_DAY,
    refunded_minor=0,
    lines=(
        OrderLine(title="Thing", kind=LineKind.GOODS, price_minor=5_000),
        OrderLine(title="Thing", kind=LineKind.GOODS, price_minor=5_000, final_sale=True),
    ),
)


@pytest.fixture
def shop(tmp_path: Path):  # type: ignore[no-untyped-def]
    fill(tmp_path / "shop.db", "test", list(seeded_customers()), [ORDER, HALF])
    opened = DemoShop(tmp_path / "shop.db")
    yield opened
    opened.close()


def call(shop: object, identity: Identity = OWNER, days: int = 0, **changed: object) -> ToolResult:
    context = ToolContext(shop, identity, SHOP_DAY + timedelta(days=days))  # type: ignore[arg-type]
    return issue_refund.run(context, WHOLE | changed)


def refunded(shop: DemoShop, order: Order = ORDER) -> int:
    found = shop.order(order.order_id)
    assert found is not None
    return found.refunded_minor


def test_what_is_judged_now_is_paid_and_nothing_else_is_said(shop: DemoShop) -> None:
    result = call(shop)
    assert result == ToolResult(Outcome.OK, issued=shop.find_refund(ORDER.order_id, "k"))
    assert refunded(shop) == ORDER.paid_minor


def test_a_repetition_gets_the_first_answer_even_after_the_window(shop: DemoShop) -> None:
    half: dict[str, object] = {"order_id": HALF.order_id, "amount_minor": 5_000}
    first = call(shop, **half)
    assert first.issued is not None
    assert call(shop, **half) == call(shop, days=400, **half) == first
    assert refunded(shop, HALF) == 5_000


@pytest.mark.parametrize(
    ("changed", "declined"),
    [
        ({"amount_minor": LEFT - 1}, Declined.OTHER_AMOUNT),
        ({"amount_minor": LEFT + 1}, Declined.OTHER_AMOUNT),
        ({"currency": "USD"}, Declined.OTHER_AMOUNT),
        ({"order_id": HALF.order_id, "amount_minor": 10_000}, Declined.OTHER_AMOUNT),
        ({"order_id": HALF.order_id, "amount_minor": 5_000, "days": 31}, Declined.NOT_ELIGIBLE),
    ],
)
def test_what_is_judged_otherwise_is_not_paid(shop: DemoShop, changed: dict[str, object], declined: Declined) -> None:
    result = call(shop, **changed)  # type: ignore[arg-type]
    assert (result.outcome, result.declined, result.issued) == (Outcome.OK, declined, None)
    assert result.refund is not None
    assert (refunded(shop), refunded(shop, HALF)) == (1_000, 0)


def test_a_refunded_order_is_not_paid_again_by_another_key(shop: DemoShop) -> None:
    call(shop)
    assert call(shop, key="another").declined is Declined.NOT_ELIGIBLE


def test_a_key_of_another_amount_says_so(shop: DemoShop) -> None:
    shop.refund(ORDER.order_id, 1, "EUR", "k")
    assert call(shop, amount_minor=LEFT).declined is Declined.KEY_REUSED
    assert call(shop, amount_minor=LEFT - 1).declined is Declined.KEY_REUSED
    assert refunded(shop) == 1_001


@pytest.mark.parametrize("identity", [Identity(), Identity("C-9999"), Identity(proved_order_id="A-10002")])
def test_nobody_else_is_paid_or_told(shop: DemoShop, identity: Identity) -> None:
    assert call(shop, identity) == ToolResult(Outcome.NOT_FOUND)
    assert call(shop, identity, order_id="A-99999") == ToolResult(Outcome.NOT_FOUND)
    call(shop)
    assert call(shop, identity) == ToolResult(Outcome.NOT_FOUND)


def test_whoever_proved_the_order_is_paid(shop: DemoShop) -> None:
    assert call(shop, Identity(proved_order_id=ORDER.order_id)).issued is not None


WRONG: list[dict[str, object]] = [
    {"amount_minor": 0}, {"amount_minor": "9000"}, {"amount_minor": 9000.0}, {"currency": "eur"}, {"key": ""},
    {"key": "k" * 201}, {"key": "\u212a"}, {"order_id": "A" * 33}, {"customer_id": "C-1001"},
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_arguments_are_refused(shop: DemoShop, wrong: dict[str, object]) -> None:
    assert call(shop, **wrong).outcome is Outcome.INVALID_ARGUMENTS  # type: ignore[arg-type]


def test_a_shop_that_is_down_may_have_paid() -> None:
    assert call(ShopThatIsDown()) == ToolResult(Outcome.FAILED)


def test_the_shop_is_told_what_the_judgement_saw() -> None:
    memory = ShopInMemory({ORDER.order_id: ORDER})
    call(memory)
    assert memory.asked == [WHOLE | {"seen_refunded_minor": ORDER.refunded_minor}]


@dataclass(frozen=True)
class ReadsTogether(ShopInMemory):
    """Lets nobody judge before all have read the order: the worst that can happen between a judgement and its pay."""

    behind: DemoShop = None  # type: ignore[assignment]
    together: threading.Barrier = None  # type: ignore[assignment]

    def order(self, order_id: str) -> Order | None:
        order = self.behind.order(order_id)
        self.together.wait()
        return order

    def refund(self, *asked: object, **named: object):  # type: ignore[no-untyped-def]
        return self.behind.refund(*asked, **named)  # type: ignore[arg-type]


def test_two_approvals_judged_at_once_pay_once_although_enough_is_left(shop: DemoShop) -> None:
    together = ReadsTogether({}, behind=shop, together=threading.Barrier(2))
    with ThreadPoolExecutor(2) as pool:
        ask = [
            pool.submit(call, together, order_id=HALF.order_id, amount_minor=5_000, key=key) for key in ("one", "two")
        ]
        results = [one.result() for one in ask]
    assert sorted(str(result.declined) for result in results) == ["None", Declined.REFUSED_BY_SHOP]
    assert refunded(shop, HALF) == 5_000


def test_a_key_that_the_shop_knows_otherwise_is_said() -> None:
    class Reused(ShopInMemory):
        def refund(self, *_: object, **__: object):  # type: ignore[no-untyped-def]
            raise RefundKeyReused("k")

    assert call(Reused({ORDER.order_id: ORDER})).declined is Declined.KEY_REUSED


def test_every_seeded_order_is_paid_exactly_what_it_is_judged(tmp_path: Path) -> None:
    ensure_demo_shop(tmp_path / "shop.db")
    shop = DemoShop(tmp_path / "shop.db")
    for order in seeded_orders():
        judged = judge(order, SHOP_DAY, refund_rules())
        asked = {"order_id": order.order_id, "amount_minor": max(1, judged.amount_minor), "currency": order.currency}
        result = call(shop, Identity(order.customer_id), key=order.order_id, **asked)
        assert (result.issued is not None) is judged.eligible
        assert refunded(shop, order) == order.refunded_minor + judged.amount_minor
    shop.close()


def test_what_a_run_may_call_only_reads() -> None:
    assert {tool.effect for tool in TOOLS.values()} == {Effect.READ}
    assert {tool.effect for tool in WRITE_TOOLS.values()} == {Effect.WRITE}
    assert not set(TOOLS) & set(WRITE_TOOLS)


def test_nothing_that_decides_knows_a_write_tool(root: Path) -> None:
    for file in (root / "agent").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = {alias.name for alias in node.names} if isinstance(node, ast.Import | ast.ImportFrom) else set()
            module = node.module if isinstance(node, ast.ImportFrom) else None
            assert not {"WRITE_TOOLS", "issue_refund", "tools.issue_refund"} & {*names, module}, file


@pytest.mark.parametrize("offered", [TOOLS, {**TOOLS, **WRITE_TOOLS}], ids=["as it is", "were it offered"])
def test_no_run_pays_whatever_its_model_chooses(
    agent: Agent, shop: DemoShop, offered: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.assemble.TOOLS", offered)
    memory = ShopInMemory({ORDER.order_id: ORDER})
    requests = (ToolRequest("look_up_order", ORDER.order_id), ToolRequest("issue_refund", ORDER.order_id))
    model = ScriptedModel(agent.model, on_lookups=lambda *_: requests)
    run = replace(agent, model=model, shop=memory)
    ticket = Ticket.of(f"I want my money back for {ORDER.order_id}, now!", customer_id=ORDER.customer_id)
    decision, _ = asyncio.run(run.run(ticket))
    assert "issue_refund" not in {one.name for one in decision.tool_calls}
    assert memory.asked == []
