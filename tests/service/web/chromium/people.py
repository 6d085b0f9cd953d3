"""What people do in a browser: a customer who writes, and somebody at the desk."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

MOST_STEPS = 60  # of the tab key


def tab_to(page: Page, wanted: Locator) -> None:
    """Go to an element by the tab key alone; it shows that it has the focus."""
    for _ in range(MOST_STEPS):
        if wanted.evaluate("one => one === document.activeElement"):
            style = wanted.evaluate("one => getComputedStyle(one).outlineStyle")
            assert style != "none"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the tab key does not lead to {wanted}")


def write(page: Page, message: str) -> Locator:
    """Write as a customer by keyboard, and return the agent's last message."""
    box = page.get_by_label("Your message")
    answers = page.locator(".messages li.agent")
    before = answers.count()
    tab_to(page, box)
    page.keyboard.type(message)
    page.keyboard.press("Enter")
    expect(answers).to_have_count(before + 1)
    expect(box).to_have_value("")
    return answers.last


def be(page: Page, customer: str) -> None:
    """Choose whom to be in the demo, by keyboard."""
    page.goto("/")
    tab_to(page, page.get_by_label("You are, in this demo"))
    page.keyboard.type(customer)
    tab_to(page, page.get_by_role("button", name="Be this"))
    page.keyboard.press("Enter")
    expect(page.locator("#customer option[selected]")).to_have_text(customer)


@dataclass(frozen=True)
class Desk:
    """Somebody at the desk."""

    page: Page

    def sign_in(self, key: str, address: str = "") -> None:
        """Sign in on the form."""
        self.page.goto(f"{address}/sign-in")
        self.page.get_by_label("Your key").fill(key)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page).to_have_url(re.compile("/(desk|ops)$"))

    def open_case(self, said: str, state: str = "open") -> None:
        """Open the case of a ticket that says this, on whatever page of the queue it stands."""
        self.page.goto(f"/desk?state={state}")
        wanted, more = (
            self.page.get_by_role("row").filter(has_text=said),
            self.page.get_by_role("link", name="More cases"),
        )
        links = self.page.locator("td a[href^='/desk/cases/']")
        while wanted.count() == 0 and more.count() == 1:
            before = links.count()
            more.click()
            expect(links.nth(before)).to_be_visible()
        wanted.first.get_by_role("link").click()
        expect(self.page.get_by_role("heading", name="What was found")).to_be_visible()

    def press(self, button: str) -> None:
        """Press a button, and wait for the page that it leads to."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=button).click()
