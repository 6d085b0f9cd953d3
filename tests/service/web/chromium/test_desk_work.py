"""A day at the desk: a hand-over, a reply, a correction with its reason, and handing back."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.service.serving import Served
from tests.service.web.chromium.people import Desk, write

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def test_hand_over_reply_correction_and_back(page: Page, desk: Desk) -> None:
    page.goto("/")
    expect(write(page, "I want to speak to a human being about my lamp")).to_contain_text("person")
    desk.open_case("about my lamp")
    there = desk.page
    there.get_by_label("Your reply").fill("Good morning.\nWhich lamp is it?")
    desk.press("Send to the customer")
    expect(there.locator(".messages li.person .text")).to_have_text("Good morning.\nWhich lamp is it?")
    there.get_by_label("Category").select_option("technical_issue")
    there.get_by_label("Priority").select_option("urgent")
    there.get_by_label("Reason", exact=True).fill("It is about a lamp that smokes.")
    desk.press("Keep the correction")
    expect(there.get_by_role("heading", level=1)).to_have_text("technical issue")
    expect(there.get_by_text("It is about a lamp that smokes.").first).to_be_visible()
    expect(there.locator(".facts")).to_contain_text("urgent")
    desk.press("Close, and let the agent answer again")
    expect(there.get_by_label("Your reply")).to_have_count(0)
    page.reload()
    expect(page.locator(".messages li.person")).to_contain_text("Which lamp is it?")
    expect(page.locator(".note")).to_have_count(0)
    write(page, "How long do I have to send shoes back?")


def test_more_cases_come_without_leaving_the_page(desk: Desk, site: Served) -> None:
    there = desk.page
    with site.client() as client:
        for at in range(51):
            client.triage(f"I want to speak to a human being, number {at}")
    there.goto("/desk")
    links = there.get_by_role("table").locator("td a[href^='/desk/cases/']")
    expect(links).to_have_count(50)
    there.get_by_role("link", name="More cases").click()
    expect(links.nth(50)).to_be_visible()
    assert there.url.endswith("/desk")


@pytest.mark.parametrize(
    "fail",
    [
        pytest.param(lambda route: route.abort(), id="the service is away"),
        pytest.param(lambda route: route.fulfill(status=503, body="<h1>Out of order</h1>"), id="its database is"),
    ],
)
def test_cases_that_do_not_come_are_missed(chromium: Browser, site: Served, fail: Callable[[Route], None]) -> None:
    with site.client() as client:
        for at in range(51):
            client.triage(f"I want to speak to a human being, number {at}")
    context = chromium.new_context(base_url=site.address)
    page = context.new_page()
    Desk(page).sign_in(site.keys["desk"])
    page.route("**/desk?*after*", fail)
    page.get_by_role("link", name="More cases").click()
    expect(page.get_by_role("alert")).to_contain_text("The service does not answer")
    expect(page.get_by_role("table").locator("td a[href^='/desk/cases/']")).to_have_count(50)
    context.close()


def test_a_message_that_was_not_sent_is_kept(chromium: Browser, site: Served) -> None:
    context = chromium.new_context(base_url=site.address)
    page = context.new_page()
    page.goto("/")
    context.set_offline(offline=True)
    page.get_by_label("Your message").fill("Where is my parcel?")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#wrong")).to_contain_text("Your message is still here")
    expect(page.get_by_label("Your message")).to_have_value("Where is my parcel?")
    context.set_offline(offline=False)
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".messages li.agent")).to_have_count(1)
    context.close()
