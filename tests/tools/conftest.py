"""A demo shop in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.demo_shop.seed import ensure_demo_shop
from tools.demo_shop.store import DemoShop


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoShop]:
    """A freshly made demo shop; no test writes to it."""
    file: Path = tmp_path_factory.mktemp("shop") / "shop.db"
    ensure_demo_shop(file)
    opened = DemoShop(file)
    yield opened
    opened.close()
