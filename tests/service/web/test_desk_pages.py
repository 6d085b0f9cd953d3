"""The desk's pages: what a person does there is done, and what is wrong says what to do about it."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from agent.assemble import Agent
from service.http.parts import Parts
from service.web.routes.desk import MOST
from tests.service.running import Running
from tests.service.web.filled import fill
from tests.service.web.surfer import Surfer
from tools.demo_shop.store import DemoShop

HUMAN = "I want to speak to a human being"
CASE = re.compile(r'href="(/desk/cases/E-[0-9a-f]+)"')


@pytest.fixture
def serving_agent(agent: Agent, shop: DemoShop) -> Agent:
    """The agent over a shop that refunds may change."""
    return replace(agent, shop=shop)


async def first_case(surfer: Surfer, state: str = "open") -> str:
    """Return the address of the first case of the queue."""
    found = CASE.search(await surfer.see(f"/desk?state={state}"))
    assert found is not None
    return found[1]


async def test_an_empty_desk_says_so(at_desk: Surfer) -> None:
    assert "Nobody waits." in await at_desk.see("/desk")
    assert "Nothing was closed yet." in await at_desk.see("/desk?state=closed")


async def test_reply_and_hand_back(at_desk: Surfer, service: Running) -> None:
    decision = await service.say(HUMAN, customer_id="C-1001")
    assert HUMAN in await at_desk.see("/desk")
    case = await first_case(at_desk)
    await at_desk.see(case)
    page = await at_desk.do(f"{case}/reply", text="Good morning, <b>I</b> have looked.\r\nYours, the desk")
    assert "Good morning, &lt;b&gt;I&lt;/b&gt; have looked." in page
    assert "Send to the customer" not in await at_desk.do(f"{case}/hand-back")
    said = (await service.get(f"/v1/conversations/{decision['conversation_id']}")).json()
    assert said["state"] == "open"
    assert said["messages"][-1]["role"] == "person"
    assert said["messages"][-1]["text"] == "Good morning, <b>I</b> have looked.\nYours, the desk"


async def test_an_answer_is_sent_once_and_not_past_what_was_said_meanwhile(at_desk: Surfer, service: Running) -> None:
    decision = await service.say(HUMAN, customer_id="C-1001")
    case = await first_case(at_desk)
    page = await at_desk.see(case)
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen is not None
    await at_desk.do(f"{case}/reply", text="Good morning.", seen=seen[1])
    again = await at_desk.send(f"{case}/reply", text="Good morning.", seen=seen[1])
    assert again.status_code == 409
    assert "Good morning.</textarea>" in again.text
    said = (await service.get(f"/v1/conversations/{decision['conversation_id']}")).json()["messages"]
    assert [one["role"] for one in said].count("person") == 1


async def test_corrections_are_kept_with_their_reason(at_desk: Surfer, service: Running) -> None:
    await service.say(HUMAN, customer_id="C-1001")
    case = await first_case(at_desk)
    await at_desk.see(case)
    wrong = {
        "priority": "urgent",
        "category": "refund_request",
        "next_action": "reply",
        "reason": "They are in danger.",
    }
    page = await at_desk.do(f"{case}/correct", **wrong)
    assert "They are in danger." in page
    assert re.search("priority: [a-z]+ → urgent", page)
    assert "next action: escalate → reply" in page
    page = await at_desk.do(f"{case}/correct", priority="urgent", category="", next_action="", reason="Again.")
    assert "Again." not in page  # nothing was changed
    for fields in (
        {"priority": "urgent"},
        {"priority": "urgent", "reason": " "},
        {"priority": "most", "reason": "x"},
        {"reason": "Nothing is chosen."},
    ):
        answer = await at_desk.send(f"{case}/correct", **fields)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text


async def test_a_refund_is_approved_once(at_desk: Surfer, service: Running, shop: DemoShop, offered: str) -> None:
    decision = await service.say(f"I want my money back for {offered}", customer_id="C-1001")
    before = shop.order(offered).refunded_minor
    case = await first_case(at_desk, "waiting")
    page = await at_desk.see(case)
    assert "Approve and pay" in page
    assert re.search(r"<h3>Rule that decided</h3>\n<p>R-[A-Z0-9-]+: qualifies, within window", page)
    assert re.search(r"Asked check refund eligibility \([A-Z0-9-]+\): ok by rule R-", page)
    page = await at_desk.do(f"{case}/approve")
    assert "approved" in page
    assert "Approve and pay" not in page
    again = await at_desk.send(f"{case}/approve")
    assert again.status_code == 409
    assert "no refund here" in again.text
    await service.parts.outbox.send_due()
    assert shop.order(offered).refunded_minor - before == decision["refund"]["amount_minor"]
    assert "paid" in await at_desk.see(case)


async def test_a_refund_is_declined_with_its_reason(
    at_desk: Surfer, service: Running, shop: DemoShop, offered: str
) -> None:
    await service.say(f"I want my money back for {offered}", customer_id="C-1001")
    before = shop.order(offered).refunded_minor
    case = await first_case(at_desk, "waiting")
    await at_desk.see(case)
    assert (await at_desk.send(f"{case}/decline", reason="")).status_code == 422
    assert "It came back used." in await at_desk.do(f"{case}/decline", reason="It came back used.")
    await service.parts.outbox.send_due()
    assert shop.order(offered).refunded_minor == before


async def test_a_case_that_is_not_there(at_desk: Surfer) -> None:
    assert "There is nothing here for you." in await at_desk.see("/desk/cases/E-0", 404)
    await at_desk.see("/desk?state=lost", 422)


async def test_the_queue_goes_on_where_a_page_ends(at_desk: Surfer, parts: Parts) -> None:
    begin, count = parts.now() - timedelta(days=1), MOST + 20
    parts.store.write_now(lambda session: fill(session, range(count), begin, parts.now(), cases=count))
    first = await at_desk.see("/desk")
    more = re.search(r'<a href="(/desk\?[^"]*after=[^"]*)"', first)
    assert more is not None
    rest = await at_desk.see(more[1].replace("&amp;", "&"))
    cases = [*CASE.findall(first), *CASE.findall(rest)]
    assert len(cases) == len(set(cases)) == count
    part = await at_desk.http.get(more[1].replace("&amp;", "&"), headers={"Accept": "*/*", "HX-Request": "true"})
    assert part.text.lstrip().startswith("<tr>")
    assert CASE.findall(part.text) == CASE.findall(rest)
