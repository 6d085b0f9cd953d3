"""A real shop is asked where the settings name one: a ticket, the doctor, and what stands in for a wrong address."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from agent.assemble import assemble
from agent.settings import Settings
from agent.shops import open_shop
from agent.ticket import Ticket
from knowledge.errors import PartUnavailable
from tests.processes import triage
from tests.tools.shop_server import Answer, Asked, serving, shop_behind
from tests.tools.shops import ShopInMemory, lost_order

SECRET = "hunter2"  # noqa: S105 - made up
ORDER = lost_order(90_001)  # that the demo shop does not have


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_ticket_is_answered_from_the_shop_that_the_settings_name(root: Path, var: Path) -> None:
    arrived: list[Asked] = []
    behind = shop_behind(ShopInMemory({ORDER.order_id: ORDER}))

    def answer(asked: Asked) -> Answer:
        arrived.append(asked)
        return behind(asked)

    with serving(answer) as address:
        agent = assemble(Settings(var=var, shop=address, shop_token=SecretStr(SECRET)))
        ticket = Ticket.of(f"Where is my order {ORDER.order_id}?", customer_id=ORDER.customer_id)
        decision, _ = asyncio.run(agent.run(ticket))
        agent.close()
        healthy = triage(root, "doctor", TRIAGE_SHOP=address, TRIAGE_SHOP_TOKEN=SECRET)
    assert decision.order is not None
    assert decision.order.order_id == ORDER.order_id
    assert {asked.headers["Authorization"] for asked in arrived} == {f"Bearer {SECRET}"}
    assert f"ok       shop        {address} answers" in healthy.stdout
    broken = triage(root, "doctor", TRIAGE_SHOP=address, TRIAGE_SHOP_TOKEN=SECRET)
    assert broken.returncode == 1
    assert "BROKEN   shop" in broken.stdout
    assert SECRET not in broken.stdout + broken.stderr


def test_a_real_shop_lives_today_and_the_demo_shop_on_its_day(var: Path) -> None:
    before = datetime.now(UTC).date()
    shop, today = open_shop(Settings(var=var, shop="https://shop.example"))
    shop.close()
    assert before <= today() <= datetime.now(UTC).date()
    demo, day = open_shop(Settings(var=var))
    demo.close()
    assert day() != before


def test_an_address_that_is_none_is_one_clear_line(var: Path) -> None:
    with pytest.raises(PartUnavailable, match="shop's address holds credentials") as raised:
        open_shop(Settings(var=var, shop=f"https://user:{SECRET}@shop.example"))
    assert SECRET not in str(raised.value)
