"""The refund conversation by keyboard alone, its approval at the desk, and what those who run it then see."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.service.web.chromium.people import Desk, be, tab_to, write

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def tickets(page: Page) -> int:
    page.goto("/ops")
    return int(page.locator(".tiles div", has_text="Tickets").locator("dd").inner_text().replace(",", ""))


def test_from_the_first_word_to_the_money(page: Page, desk: Desk, offers: list[tuple[str, str]]) -> None:
    before = tickets(desk.page)
    customer, order = offers[0]
    be(page, customer)
    asked = f"I want my money back for {order}, it does not fit"
    expect(write(page, asked)).to_contain_text("qualifies for a refund")
    expect(write(page, "yes please")).to_contain_text("You have said yes")
    assert "conversation=V-" in page.url

    desk.open_case(asked)
    expect(desk.page.locator("mark").first).to_contain_text("refund")
    expect(desk.page.locator("dl").first).to_contain_text("confirmed")
    expect(page.locator(".messages")).to_contain_text(desk.page.locator("dl").first.locator("dd").first.inner_text())
    desk.press("Approve and pay")
    expect(desk.page.locator("dl").first).to_contain_text(re.compile("approved|issued"))
    expect(desk.page.get_by_role("button", name="Approve and pay")).to_have_count(0)

    expect(page.locator(".messages")).to_contain_text("nothing has been paid out yet")
    for _ in range(50):  # it leaves through the outbox
        desk.page.reload()
        if "issued" in desk.page.locator("dl").first.inner_text():
            break
        desk.page.wait_for_timeout(100)
    expect(desk.page.locator("dl").first).to_contain_text("issued, refund RF-")

    assert tickets(desk.page) == before + 2
    desk.page.goto("/ops/traces?category=refund_request")
    desk.page.get_by_role("row").nth(1).get_by_role("link").click()
    expect(desk.page.get_by_role("list", name="Steps")).to_contain_text("Checked the reply")


def test_the_desk_by_keyboard_alone(page: Page, desk: Desk) -> None:
    page.goto("/")
    write(page, "I want to speak to a human being about my teapot")
    there = desk.page
    there.goto("/desk")
    tab_to(there, there.get_by_role("row").filter(has_text="teapot").first.get_by_role("link"))
    there.keyboard.press("Enter")
    tab_to(there, there.get_by_label("Your reply"))
    there.keyboard.type("Good morning, your teapot is on its way.")
    tab_to(there, there.get_by_role("button", name="Send to the customer"))
    there.keyboard.press("Enter")
    expect(there.locator(".messages li.person")).to_have_count(1)
    answer = page.locator(".messages li.person")  # which comes to the open page
    expect(answer).to_contain_text("your teapot is on its way", timeout=15_000)
    expect(page.get_by_role("log")).to_contain_text("your teapot")


def test_without_scripts_forms_do_it_all(context: BrowserContext, desk: Desk) -> None:
    browser = context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=False, base_url=desk.page.url.partition("/desk")[0])
    page = plain.new_page()
    page.goto("/")
    page.get_by_label("Your message").fill("I want to speak to a human being about my kettle")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".messages li.agent")).to_have_count(1)
    expect(page.locator(".note")).to_contain_text("A person at the desk has this now")
    plain.close()
    desk.open_case("about my kettle")
