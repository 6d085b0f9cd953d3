"""The customer's page without scripts: messages are answered, and nobody reads another's conversation."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from service.http.parts import Parts
from service.settings import ServiceSettings
from service.web.routes.chat import ONE_VISITOR
from tests.service.running import Running
from tests.service.web.surfer import ACCEPT, Surfer

FIELD = re.compile(r'name="conversation_id" value="([^"]*)"')


async def test_a_message_is_answered(surfer: Surfer, service: Running) -> None:
    await surfer.see("/")
    page = await surfer.do("/chat", message="How long do I have to send shoes back?", conversation_id="")
    found = FIELD.search(page)
    assert found is not None
    assert page.count('<p class="text">') == 2
    page = await surfer.do("/chat", message="I want to speak to a human being", conversation_id=found[1])
    assert page.count('<p class="text">') == 4
    assert FIELD.search(page)[1] == found[1]
    assert "A person at the desk has this now" in page
    case = (await service.get("/v1/desk/cases", "desk")).json()["cases"][0]
    await service.post(f"/v1/desk/cases/{case['case_id']}/reply", {"text": "Good morning."}, "desk")
    assert "Person at the desk" in await surfer.see(f"/?conversation={found[1]}")


async def test_nobody_reads_or_writes_in_another_conversation(surfers: Callable[[], Surfer]) -> None:
    mine, other = surfers(), surfers()
    await mine.see("/")
    answer = await mine.send("/chat", message="hello", conversation_id="")
    await other.see("/")
    await other.see(answer.headers["location"], 404)
    conversation = answer.headers["location"].partition("=")[2]
    assert (await other.send("/chat", message="hello", conversation_id=conversation)).status_code == 404
    assert "Begin another" in await other.see("/?conversation=V-00000000000000000000000000000000", 404)


@pytest.mark.parametrize(("message", "status"), [("", 422), ("  \n", 422), ("x" * 100_001, 422), ("a\ud800b", 400)])
async def test_what_is_no_message_says_so(surfer: Surfer, message: str, status: int) -> None:
    await surfer.see("/")
    body = f"csrf={surfer.csrf}&conversation_id=&message=".encode() + message.encode("utf-8", "surrogatepass")
    headers = ACCEPT | {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await surfer.http.post("/chat", content=body, headers=headers)
    assert answer.status_code == status
    assert 'role="alert"' in answer.text


async def test_a_visitor_gets_no_orders_of_customers(surfer: Surfer, offered: str) -> None:
    await surfer.see("/")
    page = await surfer.do(
        "/chat", message=f"I want my money back for {offered}", conversation_id="", customer_id="C-1001"
    )
    assert "qualifies" not in page


class TestDemo:
    @pytest.fixture
    def parts(self, parts: Parts) -> Parts:
        """As with `serve --demo`."""
        return replace(parts, demo=True)

    async def test_a_visitor_may_be_a_customer_of_the_demo(self, surfer: Surfer, offered: str) -> None:
        assert '<option value="C-1001">' in await surfer.see("/")
        assert '<option value="C-1001" selected>' in await surfer.do("/chat/as", customer="C-1001")
        page = await surfer.do("/chat", message=f"I want my money back for {offered}", conversation_id="")
        assert "qualifies" in page
        assert "selected" not in await surfer.do("/chat/as", customer="")

    async def test_but_nobody_else(self, surfer: Surfer) -> None:
        await surfer.see("/")
        assert (await surfer.send("/chat/as", customer="C-9999")).status_code == 422


async def test_outside_of_the_demo_nobody_chooses_whom_to_be(surfer: Surfer) -> None:
    assert "in this demo" not in await surfer.see("/")
    assert (await surfer.send("/chat/as", customer="C-1001")).status_code == 404


async def test_a_stream_tells_steps_and_the_answer(surfer: Surfer) -> None:
    await surfer.see("/")
    form = {"message": "How long do I have to send shoes back?", "conversation_id": "", "csrf": surfer.csrf}
    answer = await surfer.http.post("/chat/stream", data=form, headers={"Accept": "text/event-stream"})
    assert "triage_chat" in answer.headers["set-cookie"]  # or who writes for long would end up as somebody else
    events = re.findall(r"^event: (\w+)", answer.text, re.MULTILINE)
    assert events[0] == "step"
    assert events[-3:] == ["reply", "decision", "done"]


async def test_a_persons_answer_comes_to_whoever_waits_for_days(surfer: Surfer, service: Running) -> None:
    await surfer.see("/")
    page = await surfer.do("/chat", message="I want to speak to a human being", conversation_id="")
    conversation = FIELD.search(page)[1]
    service.clock.turn(days=6)
    case = (await service.get("/v1/desk/cases", "desk")).json()["cases"][0]["case_id"]
    await service.post(f"/v1/desk/cases/{case}/reply", {"text": "Good morning."}, "desk")
    part = await surfer.see(f"/thread?conversation={conversation}")
    assert part.lstrip().startswith("<ol")
    assert "Good morning." in part
    service.clock.turn(days=6)  # asking has renewed the cookie
    assert "Good morning." in await surfer.see(f"/?conversation={conversation}")
    service.clock.turn(days=8)
    await surfer.see(f"/?conversation={conversation}", 404)


async def test_what_failed_leads_back_to_its_conversation(surfer: Surfer) -> None:
    await surfer.see("/")
    page = await surfer.do("/chat", message="How long do I have to send shoes back?", conversation_id="")
    conversation = FIELD.search(page)[1]
    answer = await surfer.send("/chat", message=" ", conversation_id=conversation)
    assert f'href="/?conversation={conversation}"' in answer.text
    answer = await surfer.send("/chat", message=" ", conversation_id='V-0"onclick="')
    assert 'href="/"' in answer.text


class TestLimited:
    @pytest.fixture
    def service_settings(self) -> ServiceSettings:
        """As it is served, for few visitors."""
        return ServiceSettings(visitors_a_minute=3)

    async def test_who_drops_the_cookie_is_no_other_visitor(
        self, surfers: Callable[[], Surfer], service: Running
    ) -> None:
        statuses, last = [], surfers()
        for path in ("/chat", "/chat/stream", "/chat", "/chat", "/chat/stream"):
            last = surfers()
            await last.see("/")
            statuses.append((await last.send(path, message="hello", conversation_id="")).status_code)
        assert statuses == [303, 200, 303, 429, 429]
        answer = await last.send("/chat", message="hello", conversation_id="")
        assert "Too many at once" in answer.text
        assert "Wait" in answer.text
        for _ in range(20):  # what is refused keeps nobody out for longer
            service.clock.turn(seconds=10)
            statuses.append((await last.send("/chat", message="hello", conversation_id="")).status_code)
        assert statuses[5:].count(303) >= 5


class TestOneVisitor:
    @pytest.fixture
    def service_settings(self) -> ServiceSettings:
        """As it is served."""
        return ServiceSettings()

    async def test_one_visitor_does_not_take_the_room_of_all(self, surfers: Callable[[], Surfer]) -> None:
        greedy, other = surfers(), surfers()
        await greedy.see("/")
        statuses = [(await greedy.send("/chat", message="hello", conversation_id="")).status_code for _ in range(70)]
        assert statuses.count(303) == ONE_VISITOR.most
        await other.see("/")
        assert (await other.send("/chat", message="hello", conversation_id="")).status_code == 303
