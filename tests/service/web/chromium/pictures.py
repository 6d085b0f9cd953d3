"""Makes the README's pictures of the three pages, over a demo of its own: `make pictures`."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from service.store.engine import sqlite_url
from service.store.store import Store
from tests.service.serving import Served, furnish, serving
from tests.service.web.chromium.people import Desk, be, write
from tests.service.web.filled import fill

ROOT = Path(__file__).parents[4]
PICTURES = Path(__file__).with_suffix("")
CUSTOMER, ORDER = "C-1001", "A-10234"
OTHERS = (
    "The kettle I bought here caught fire, and my hand is burnt",
    "I want to speak to a human being about my teapot",
    "Somebody charged my card twice for A-10007",
    "My lawyer will hear of this if nobody answers",
)
BUSY = (1, 1, 2, 4, 9, 14, 20, 24, 27, 25, 22, 26, 28, 24, 20, 17, 15, 12, 8, 5, 3, 2, 1, 1)  # tickets an hour


def main() -> None:
    """Write the pictures."""
    path = shutil.which("chromium")
    if path is None:
        raise SystemExit("Chromium is not installed: `make chromium`")
    with TemporaryDirectory() as folder, sync_playwright() as driver:
        own = furnish(ROOT / "var", Path(folder))
        with serving(ROOT, own, TRIAGE_LIMITS="false") as site:
            browser = driver.chromium.launch(executable_path=path, chromium_sandbox=False)
            _take(browser, site)
            browser.close()


def _take(browser: Browser, site: Served) -> None:
    _use(site)
    context = browser.new_context(base_url=site.address, viewport={"width": 1100, "height": 780})
    page = context.new_page()
    be(page, CUSTOMER)
    write(page, f"I want my money back for {ORDER}, it does not fit")
    write(page, "yes please")
    page.locator("h1").click()
    page.screenshot(path=PICTURES / "chat.png", full_page=True)
    there = Desk(context.new_page())
    there.sign_in(site.keys["admin"])
    there.open_case(ORDER)
    there.page.screenshot(path=PICTURES / "desk.png")
    there.page.goto("/ops")
    there.page.screenshot(path=PICTURES / "ops.png")


def _use(site: Served) -> None:
    """Have the service be used: a day of tickets, and some that wait for people."""
    end = datetime.now(UTC)
    store = Store(sqlite_url(site.var / "service.db"))
    first = 0
    for at, count in enumerate(BUSY):
        begin = end - timedelta(hours=len(BUSY) - at)
        places = range(first, first + count)
        store.write_now(lambda session, p=places, b=begin: fill(session, p, b, b + timedelta(minutes=50)))
        first += count
    store.close()
    with site.client() as client:
        for text in OTHERS:
            client.triage(text)


if __name__ == "__main__":
    main()
