"""The premises of a service that is killed and started again, on both databases, and how long campaigns are."""

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.assemble import Agent
from tests.service.chaos.backroom import Backroom, backroom_in
from tests.service.chaos.premises import Premises
from tests.service.chaos.stock import refundable, stock
from tests.service.databases import Fresh
from tests.service.serving import furnish

ORDERS = 3000


@pytest.fixture(params=["sqlite", "postgres"])
def premises(request: pytest.FixtureRequest, root: Path, var: Path, tmp_path: Path) -> Iterator[Premises]:
    """A folder, a fresh database and a large shop."""
    fresh: Fresh = request.getfixturevalue(f"fresh_{request.param}_database")
    own = furnish(var, tmp_path / "own")
    orders = refundable(ORDERS)
    stock(own / "shop.db", orders)
    opened = Premises(request.param, root, own, fresh(), {order.order_id: order for order in orders})
    yield opened
    opened.store.close()


@pytest.fixture
def draw() -> random.Random:
    """What is drawn by lot; TRIAGE_CHAOS_SEED repeats what was drawn before."""
    seed = int(os.environ.get("TRIAGE_CHAOS_SEED") or random.SystemRandom().randrange(2**32))
    print(f"TRIAGE_CHAOS_SEED={seed}")  # pytest shows it where the test fails
    return random.Random(seed)


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print a line of figures past pytest."""

    def line(words: str) -> None:
        with capsys.disabled():
            print(f"\n{words}")

    return line


@pytest.fixture(params=["sqlite", "postgres"])
def backroom(request: pytest.FixtureRequest, agent: Agent, tmp_path: Path) -> Iterator[Backroom]:
    """The service without its doors."""
    fresh: Fresh = request.getfixturevalue(f"fresh_{request.param}_database")
    with backroom_in(tmp_path, fresh(), agent) as opened:
        yield opened
