"""`triage shop`: what the demo shop holds, so that one can try tickets of one's own."""

import json as json_format
from typing import Annotated

import typer


def shop(json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """List the demo shop's customers and orders."""
    from agent.settings import Settings
    from tools.demo_shop.seed import SHOP_DAY, ensure_demo_shop
    from tools.demo_shop.store import DemoShop
    from tools.money import Money

    file = Settings().var / "shop.db"
    ensure_demo_shop(file)
    demo = DemoShop(file)
    try:
        customers, orders = demo.customers(), demo.orders()
    finally:
        demo.close()
    if json:
        listing = {
            "shop_day": SHOP_DAY.isoformat(),
            "customers": [customer.model_dump(mode="json") for customer in customers],
            "orders": [order.model_dump(mode="json") for order in orders],
        }
        typer.echo(json_format.dumps(listing))
        return
    typer.echo(f"{len(customers)} customers, {len(orders)} orders; in this shop it is {SHOP_DAY}.", err=True)
    for order in orders:
        kinds = ", ".join(dict.fromkeys(line.kind.value for line in order.lines))
        paid = Money(amount_minor=order.paid_minor, currency=order.currency).text()
        arrived = order.delivered_on or "-"
        typer.echo(
            f"{order.order_id}  {order.customer_id}  {order.status:<10}  placed {order.placed_on}  "
            f"delivered {arrived!s:<10}  {paid:>12}  {kinds}"
        )
