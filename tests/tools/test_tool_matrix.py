"""Every tool, asked by every customer for everybody else's orders: nothing is told, not even whether there is one."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.tools.lookalikes import LOOKALIKES
from tools.demo_shop.seed import SHOP_DAY, ensure_demo_shop, seeded_customers
from tools.demo_shop.store import DemoShop
from tools.identity import Identity
from tools.records import Order
from tools.refund_rules import refund_rules
from tools.refunds import judge
from tools.registry import TOOLS, WRITE_TOOLS
from tools.tool import Outcome, Tool, ToolContext, ToolResult

ALL_TOOLS = {**TOOLS, **WRITE_TOOLS}
CUSTOMERS = [customer.customer_id for customer in seeded_customers()][:20]
ABSENT = "A-99999"
NOTHING = ToolResult(Outcome.NOT_FOUND)
FEWEST_ATTEMPTS = 10_000


@pytest.fixture(scope="module")
def own_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoShop]:
    """A demo shop that nobody else reads: a tool that is wrong here would pay."""
    file: Path = tmp_path_factory.mktemp("shop") / "shop.db"
    ensure_demo_shop(file)
    opened = DemoShop(file)
    yield opened
    opened.close()


def arguments(tool: Tool, order_id: str, order: Order) -> dict[str, object]:
    """Return what the tool has to be asked to do the most harm; a tool that takes more has to be thought of here."""
    judged = judge(order, SHOP_DAY, refund_rules())
    known: dict[str, object] = {
        "order_id": order_id,
        "amount_minor": judged.amount_minor or 1,
        "currency": judged.currency,
        "key": f"matrix-{order.order_id}",
    }
    return {name: known[name] for name in tool.arguments.model_fields}


def attempts(shop: DemoShop, identity: Identity, orders: Iterable[Order], forms: Iterable[str]) -> int:
    """Ask every tool for those of the orders that an identity may not see, and return how often."""
    context, made = ToolContext(shop, identity, SHOP_DAY), 0
    for order in orders:
        if identity.may_see(order):
            continue
        for tool in ALL_TOOLS.values():
            for form in forms:
                written = LOOKALIKES[form](order.order_id)
                answer = tool.run(context, arguments(tool, written, order))
                assert answer == NOTHING, (tool.name, identity, order.order_id, form)
                made += 1
    return made


@pytest.mark.parametrize("form", LOOKALIKES)
def test_an_order_that_does_not_exist_is_not_found(own_shop: DemoShop, form: str) -> None:
    """What another's order has to look like."""
    for tool in ALL_TOOLS.values():
        asked = arguments(tool, LOOKALIKES[form](ABSENT), own_shop.orders()[0])
        assert tool.run(ToolContext(own_shop, Identity(CUSTOMERS[0]), SHOP_DAY), asked) == NOTHING


@pytest.mark.parametrize("identity", [Identity(), Identity(CUSTOMERS[0]), Identity(proved_order_id="A-10234")])
def test_no_tool_tells_anything_of_another_ones_order(own_shop: DemoShop, identity: Identity) -> None:
    orders = own_shop.orders()
    assert attempts(own_shop, identity, orders[::16], LOOKALIKES) > 300
    assert own_shop.orders() == orders


@pytest.mark.parametrize("customer_id", ["", " ", "c-1001", "C-1001 ", "\uff23-1001", "%"])
def test_a_customer_whose_id_only_looks_alike_is_another(own_shop: DemoShop, customer_id: str) -> None:
    orders = [order for order in own_shop.orders() if order.customer_id == CUSTOMERS[0]]
    assert attempts(own_shop, Identity(customer_id), orders, ["as it is"]) == len(orders) * len(ALL_TOOLS)


def test_each_sees_the_own_orders(own_shop: DemoShop) -> None:
    """Else the tests above would pass with tools that find nothing."""
    for order in own_shop.orders()[::8]:
        for identity in (Identity(order.customer_id), Identity(proved_order_id=order.order_id)):
            for tool in TOOLS.values():
                found = tool.run(ToolContext(own_shop, identity, SHOP_DAY), {"order_id": order.order_id})
                assert found.outcome is Outcome.OK


@pytest.mark.slow
def test_the_whole_matrix(own_shop: DemoShop) -> None:
    orders = own_shop.orders()
    visitors = [Identity(proved_order_id=order.order_id) for order in orders[::68]]
    made = sum(
        attempts(own_shop, identity, orders, LOOKALIKES)
        for identity in [*(Identity(customer_id) for customer_id in CUSTOMERS), *visitors]
    )
    assert made >= FEWEST_ATTEMPTS
    assert own_shop.orders() == orders
