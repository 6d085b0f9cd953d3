"""Every page in light and dark, wide and on a phone: nothing that keeps people out, and nothing beside the screen."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.service.serving import Served
from tests.service.web.chromium.people import Desk, be, write

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 390)]
PATHS = ("/desk", "/desk?state=waiting", "/desk?state=closed", "/ops", "/ops/traces", "/ops/traces?action=none")


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_no_page_keeps_anybody_out(
    chromium: Browser, site: Served, scheme: str, width: int, offers: list[tuple[str, str]]
) -> None:
    context = chromium.new_context(base_url=site.address, color_scheme=scheme, viewport={"width": width, "height": 800})
    page = context.new_page()
    look(page, "/")
    look(page, "/sign-in")
    look(page, "/?conversation=V-00000000000000000000000000000000")
    page.goto("/")
    customer, order = offers[1]
    be(page, customer)
    write(page, f"I want my money back for {order}")
    look(page, page.url)
    Desk(page).sign_in(site.keys["admin"])
    for path in PATHS:
        look(page, path)
    Desk(page).open_case(order, "waiting")
    for details in page.locator("summary").all():
        details.click()
    look(page, page.url)
    page.goto("/ops/traces")
    page.get_by_role("row").nth(1).get_by_role("link").click()
    look(page, page.url)
    context.close()


def look(page: Page, path: str) -> None:
    """Look at a page."""
    if page.url != path:
        page.goto(path)
    expect(page.get_by_role("main")).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    found = Axe().run(page).response["violations"]
    assert [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"]] == [], path
    beside = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert beside == 0, path
