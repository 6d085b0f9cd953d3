"""How long an answer takes tells nothing either: another's order or conversation takes as long as none.

Each try asks 500 times for each of the two, by turns in random order; a rank test says how often one of another's takes
longer than one of none. Half of the time is chance. The machine may be busy, so one try of three has to be fair.
"""

import random
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.service.http.matrix_doors import DOORS
from tests.service.http.strangers import ABSENT, strangers
from tests.service.running import Running
from tools.demo_shop.seed import SHOP_DAY, ensure_demo_shop, seeded_orders
from tools.demo_shop.store import DemoShop
from tools.identity import Identity
from tools.registry import TOOLS
from tools.tool import Outcome, ToolContext

pytestmark = pytest.mark.slow

PAIRS, TRIES, FAIR = 500, 3, 0.05
Ask = Callable[[str], Awaitable[object]]


async def longer(ask: Ask, there: Sequence[str], absent: Callable[[], str]) -> float:
    """Return the share of pairs in which asking for what is there takes longer than for what is not."""
    times: dict[bool, list[float]] = {True: [], False: []}
    # Drawn before: making an id takes system calls, after which whatever comes next is slower.
    ids = {True: random.choices(there, k=PAIRS), False: [absent() for _ in range(PAIRS)]}
    for turn in range(PAIRS):
        for real in random.sample([True, False], 2):
            id = ids[real][turn]
            started = time.perf_counter()
            await ask(id)
            times[real].append(time.perf_counter() - started)
    real, none = np.array(times[True])[:, None], np.array(times[False])
    return float((real > none).mean() + (real == none).mean() / 2)


async def tells_nothing(ask: Ask, there: Sequence[str], absent: Callable[[], str]) -> None:
    shares = []
    for _ in range(TRIES):
        shares.append(await longer(ask, there, absent))
        if abs(shares[-1] - 0.5) < FAIR:
            return
    pytest.fail(f"Another's takes longer than none in {shares} of all pairs.")


@pytest.fixture
def others() -> list[str]:
    """Orders that are not the asking customer's."""
    return [order.order_id for order in seeded_orders() if order.customer_id != "C-1001"]


@pytest.mark.parametrize("name", TOOLS)
async def test_through_a_tool(tmp_path: Path, others: list[str], name: str) -> None:
    ensure_demo_shop(tmp_path / "shop.db")
    shop = DemoShop(tmp_path / "shop.db")
    context = ToolContext(shop, Identity("C-1001"), SHOP_DAY)

    async def ask(id: str) -> None:
        assert TOOLS[name].run(context, {"order_id": id}).outcome is Outcome.NOT_FOUND

    await tells_nothing(ask, others, ABSENT["order"])
    shop.close()


async def test_through_a_guessed_address(tmp_path: Path, others: list[str]) -> None:
    ensure_demo_shop(tmp_path / "shop.db")
    shop = DemoShop(tmp_path / "shop.db")

    async def ask(id: str) -> None:
        assert not shop.belongs_to(id, "nobody@customers.example")

    await tells_nothing(ask, others, ABSENT["order"])
    shop.close()


@pytest.mark.parametrize("route", ["GET /v1/conversations/{id}", "POST /v1/chat", "POST /v1/feedback"])
async def test_through_a_door(service: Running, route: str) -> None:
    asking, *found = await strangers(service, 20)
    (door,) = (door for door in DOORS if door.route == route)

    async def ask(id: str) -> None:
        status, _, _ = await door.ask(service, id, asking.token)
        assert status == 404

    await tells_nothing(ask, [one.ids[door.kind] for one in found], ABSENT[door.kind])


async def test_a_difference_would_be_seen() -> None:
    """Else the tests above would pass with a measure that sees nothing: a twentieth of a request's time is enough."""

    async def ask(id: str) -> None:
        ends = time.perf_counter() + random.gauss(1e-3, 5e-5) + (5e-5 if id == "there" else 0)
        while time.perf_counter() < ends:
            pass

    assert await longer(ask, ["there"], lambda: "absent") > 0.5 + FAIR
