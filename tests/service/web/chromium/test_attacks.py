"""What attackers write is shown as text in a real browser, and forged or outdated forms do nothing."""

import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.service.serving import Served
from tests.service.web.chromium.people import Desk, write

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

ATTACK = (
    "<script>document.title='run'</script><img src=x onerror=\"document.title='run'\">"
    "<svg onload=\"document.title='run'\"> {{ 7357*7919 }} ${7357*7919} \x1b[31mred \u202egnorw"
)


def test_stored_attacks_are_text_on_every_page(page: Page, desk: Desk) -> None:
    page.goto("/")
    page.get_by_label("Your message").fill(f"I want to speak to a human being {ATTACK}")
    page.get_by_label("Your message").press("Enter")
    expect(page.locator(".messages li.agent")).to_have_count(1)
    look(page)
    page.reload()
    look(page)
    desk.open_case("document.title")
    look(desk.page)
    desk.page.get_by_label("Your reply").fill(ATTACK)
    desk.press("Send to the customer")
    look(desk.page)
    desk.page.get_by_label("Priority").select_option("urgent")
    desk.page.get_by_label("Reason", exact=True).fill(ATTACK)
    desk.press("Keep the correction")
    look(desk.page)
    desk.page.goto("/desk")
    look(desk.page)
    desk.page.goto("/ops/traces")
    desk.page.get_by_role("row").nth(1).get_by_role("link").click()
    look(desk.page)
    page.reload()
    look(page)


def look(page: Page) -> None:
    """Look at a page that shows the attack."""
    expect(page.get_by_text("<script>document.title='run'</script>").first).to_be_visible()
    assert "support-triage" in page.title()
    assert str(7357 * 7919) not in page.locator("body").inner_text()
    assert page.locator("main img, main script, main svg[onload]").count() == 0


def test_a_wrong_key_says_what_to_do(page: Page) -> None:
    page.goto("/desk")
    page.get_by_label("Your key").fill("triage_desk_wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("triage keys create desk")
    expect(page.get_by_label("Your key")).to_be_focused()


def test_signing_in_leads_to_where_one_was_going_and_out_again(page: Page, site: Served) -> None:
    page.goto("/desk?state=closed")
    page.get_by_label("Your key").fill(site.keys["desk"])
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site.address}/desk?state=closed")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Your key")).to_be_visible()
    page.goto("/desk")
    expect(page.get_by_label("Your key")).to_be_visible()


def test_a_session_that_is_over_leads_to_the_form(page: Page, site: Served) -> None:
    Desk(page).sign_in(site.keys["desk"])
    with closing(sqlite3.connect(site.var / "service.db")) as database, database:
        database.execute("UPDATE web_session SET ends_at = '2020-01-01 00:00:00'")
    page.get_by_role("link", name="closed").click()
    expect(page.get_by_label("Your key")).to_be_visible()


def test_a_forged_form_does_nothing(page: Page, desk: Desk) -> None:
    page.goto("/")
    write(page, "I want to speak to a human being about my mirror")
    desk.open_case("about my mirror")
    desk.page.get_by_label("Your reply").fill("This was not me.")
    desk.page.evaluate("document.querySelectorAll('[name=csrf]').forEach(one => { one.value = 'forged' })")
    desk.press("Send to the customer")
    expect(desk.page.get_by_role("alert")).to_contain_text("not from a page that was opened here lately")
    expect(desk.page.get_by_label("What you wrote")).to_have_value("This was not me.")
    desk.page.get_by_role("link", name="Go back").click()
    expect(desk.page.locator(".messages li.person")).to_have_count(0)


def test_another_site_can_send_no_form(chromium: Browser, site: Served) -> None:
    context = chromium.new_context()
    page = context.new_page()
    Desk(page).sign_in(site.keys["desk"], site.address)
    elsewhere, forged = site.address.replace("127.0.0.1", "localhost"), FORGED.format(site.address)
    other = context.new_page()
    other.route(f"{elsewhere}/**", lambda route: route.fulfill(body=forged, content_type="text/html"))
    other.goto(f"{elsewhere}/")
    with other.expect_navigation():
        other.get_by_role("button").click()
    expect(other.get_by_role("alert")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    context.close()


FORGED = '<form method="post" action="{}/sign-out"><input name="csrf" value="x"><button>Win</button></form>'
