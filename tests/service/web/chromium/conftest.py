"""A real server process and a real browser that looks at its pages, without a screen."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.service.serving import Served, furnish, serving
from tests.service.web.chromium.people import Desk
from tools.demo_shop.seed import SHOP_DAY, seeded_orders
from tools.refund_rules import refund_rules
from tools.refunds import judge

ABSENT = "Chromium is not installed, so nobody looked at the pages: `make chromium`, then again"
# Nothing beyond this machine is asked: not by the pages, and not by the browser for itself.
CLOSED = ("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--disable-background-networking")


@pytest.fixture(scope="session")
def executable() -> str:
    """Where the system's Chromium is. Where CHROMIUM names one, its absence is a failure."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.skip(ABSENT)
    return path


@pytest.fixture(scope="module")
def chromium(executable: str) -> Iterator[Browser]:
    """The browser, no longer than for a file: meanwhile the driver runs an event loop where others want their own."""
    sandbox = os.geteuid() != 0  # Chromium refuses to be root's with it
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable, args=list(CLOSED), chromium_sandbox=sandbox)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(executable: str, root: Path, var: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with its demo, and a database that all tests of the session share."""
    own = furnish(var, tmp_path_factory.mktemp("site"))
    with serving(root, own, TRIAGE_LIMITS="false") as running:
        yield running


@pytest.fixture
def context(chromium: Browser, site: Served) -> Iterator[BrowserContext]:
    """A browser that knows nothing yet; what fails on its pages fails the test."""
    made = chromium.new_context(base_url=site.address)
    made.set_default_timeout(10_000)
    wrong: list[str] = []
    made.on("weberror", lambda error: wrong.append(str(error.error)))
    made.on("console", lambda said: wrong.append(said.text) if _is_ours(said.type, said.text) else None)
    made.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
    made.on("request", lambda asked: wrong.append(asked.url) if not asked.url.startswith(site.address) else None)
    yield made
    made.close()
    assert wrong == []


@pytest.fixture(scope="session")
def offers() -> list[tuple[str, str]]:
    """Customers with an order that qualifies for a refund, as long as nobody refunds it."""
    orders = (order for order in seeded_orders() if judge(order, SHOP_DAY, refund_rules()).eligible)
    return [(order.customer_id, order.order_id) for order in orders]


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """Its first page."""
    return context.new_page()


@pytest.fixture
def desk(context: BrowserContext, site: Served) -> Desk:
    """Somebody of the desk who is also one of those who run it, signed in."""
    there = Desk(context.new_page())
    there.sign_in(site.keys["admin"])
    return there


def _is_ours(kind: str, text: str) -> bool:
    """Say whether a line of the console is something to mend: a refused form is a status of its own."""
    return kind == "error" and not re.search(r"status of 4\d\d", text)
