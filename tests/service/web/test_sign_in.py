"""Signing in on a form: for whom, how long, to where; and what a session can't do."""

import re
from collections.abc import Callable
from dataclasses import replace

import httpx2
import pytest

from service.callers import KEY_ROLES, Role
from service.http.parts import Parts
from service.settings import ServiceSettings
from service.store.keys import create_key, revoke_key
from service.store.sessions import LASTS, PAGE_ROLES
from service.web.routes.sign_in import ATTEMPTS
from tests.service.running import Running
from tests.service.web.surfer import ACCEPT, Surfer

CLOSED = ("/desk", "/desk?state=closed", "/desk/cases/E-1", "/ops", "/ops/traces", "/ops/traces/T-1")
ELSEWHERE = (
    "https://elsewhere.example",
    "//elsewhere.example",
    "/\\elsewhere.example",
    "/deskelsewhere",
    "/v1/ops",
    "desk",
)


@pytest.mark.parametrize("path", CLOSED)
async def test_pages_lead_to_the_form_and_the_form_back(surfer: Surfer, service: Running, path: str) -> None:
    answer = await surfer.http.get(path, headers=ACCEPT)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=")
    form = await surfer.see(answer.headers["location"])
    back = re.search(r'name="next" value="([^"]*)"', form)
    assert back is not None
    entered = await surfer.send("/sign-in", key=service.keys["admin"], next=back[1])
    assert entered.headers["location"] == path


@pytest.mark.parametrize("role", KEY_ROLES)
async def test_who_may_see_which_page(surfer: Surfer, service: Running, role: Role) -> None:
    await surfer.see("/sign-in")
    entered = await surfer.send("/sign-in", key=service.keys[role.value])
    if role not in PAGE_ROLES:
        assert entered.status_code == 401
        assert "does not open" in entered.text
        return
    assert entered.status_code == 303
    statuses = {
        path: (await surfer.http.get(path, headers=ACCEPT)).status_code for path in ("/desk", "/ops", "/ops/traces")
    }
    assert statuses == {
        "/desk": 200 if role in {Role.DESK, Role.ADMIN} else 403,
        "/ops": 200 if role in {Role.OPS, Role.ADMIN} else 403,
        "/ops/traces": 200,
    }


@pytest.mark.parametrize("key", ["", " ", "triage_desk_wrong", "\u202e\x00", "ü" * 1000])
async def test_a_wrong_key_is_refused_with_what_to_do(surfer: Surfer, key: str) -> None:
    await surfer.see("/sign-in")
    answer = await surfer.send("/sign-in", key=key)
    assert answer.status_code in {400, 401}
    assert 'role="alert"' in answer.text
    assert "triage_session" not in surfer.http.cookies


@pytest.mark.parametrize("there", ELSEWHERE)
async def test_it_leads_to_pages_of_ours_only(surfer: Surfer, service: Running, there: str) -> None:
    await surfer.see("/sign-in")
    assert (await surfer.send("/sign-in", key=service.keys["ops"], next=there)).headers["location"] == "/ops"


async def test_where_it_leads_to_is_no_header_of_another(surfer: Surfer, service: Running) -> None:
    await surfer.see("/sign-in")
    answer = await surfer.send("/sign-in", key=service.keys["ops"], next="/ops/\r\nX-Other: 1")
    assert answer.status_code == 303
    assert "x-other" not in answer.headers


async def test_a_session_ends_with_its_time(at_desk: Surfer, service: Running) -> None:
    service.clock.turn(seconds=LASTS.total_seconds() - 1)
    await at_desk.see("/desk")
    service.clock.turn(seconds=1)
    await at_desk.see("/desk", 303)


async def test_what_was_written_when_it_ended_is_not_lost(at_desk: Surfer, service: Running) -> None:
    await at_desk.see("/desk")
    service.clock.turn(seconds=LASTS.total_seconds())
    answer = await at_desk.send("/desk/cases/E-1/reply", text="A long answer")
    assert answer.status_code == 401
    assert "A long answer</textarea>" in answer.text
    assert 'href="/desk/cases/E-1"' in answer.text


async def test_a_session_ends_with_its_key(surfer: Surfer, service: Running, parts: Parts) -> None:
    key, secret = parts.store.write_now(lambda session: create_key(session, "late", "desk", parts.now()))
    await surfer.sign_in(secret)
    await surfer.see("/desk")
    parts.store.write_now(lambda session: revoke_key(session, key.id, parts.now()))
    await surfer.see("/desk", 303)


async def test_signing_out_ends_it_for_whoever_has_the_cookie(at_desk: Surfer) -> None:
    kept = dict(at_desk.http.cookies)
    assert "Sign in" in await at_desk.do("/sign-out")
    assert "triage_session" not in at_desk.http.cookies
    at_desk.http.cookies.update(kept)
    await at_desk.see("/desk", 303)


async def test_a_part_of_a_page_sends_the_whole_page_to_the_form(surfer: Surfer) -> None:
    answer = await surfer.http.get("/desk?after=E-1", headers=ACCEPT | {"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/sign-in?next=/desk%3Fafter%3DE-1")


@pytest.mark.parametrize(("scheme", "secure"), [("http", False), ("https", True)])
async def test_cookies_are_for_us_alone(service: Running, scheme: str, secure: bool) -> None:
    transport = httpx2.ASGITransport(app=service.app)
    async with httpx2.AsyncClient(transport=transport, base_url=f"{scheme}://test") as http:
        surfer = Surfer(http)
        first = await http.get("/sign-in", headers=ACCEPT)
        surfer._read(first)
        set_cookies = [*first.headers.get_list("set-cookie")]
        set_cookies += (await surfer.send("/sign-in", key=service.keys["desk"])).headers.get_list("set-cookie")
        set_cookies += (await http.get("/", headers=ACCEPT)).headers.get_list("set-cookie")
    assert {one.partition("=")[0] for one in set_cookies} == {"triage_browser", "triage_session", "triage_chat"}
    for one in set_cookies:
        assert "HttpOnly" in one
        assert "SameSite=lax" in one
        assert "Path=/" in one
        assert ("Secure" in one) == secure


async def test_cookies_are_for_tls_where_something_in_front_ends_it(service: Running) -> None:
    service.app.state.parts = replace(service.parts, https=True)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=service.app), base_url="http://test") as http:
        assert "Secure" in (await http.get("/", headers=ACCEPT)).headers["set-cookie"]


async def test_signing_in_again_ends_the_session_before(at_desk: Surfer, service: Running) -> None:
    before = dict(at_desk.http.cookies)
    await at_desk.sign_in(service.keys["ops"])
    await at_desk.see("/ops")
    at_desk.http.cookies.clear()
    at_desk.http.cookies.update(before)
    await at_desk.see("/desk", 303)


async def test_a_session_is_nothing_to_the_api(at_desk: Surfer, service: Running) -> None:
    answer = await at_desk.http.get("/v1/desk/cases")
    assert answer.status_code == 401
    bearer = {"Authorization": f"Bearer {at_desk.http.cookies['triage_session']}"}
    assert (await at_desk.http.get("/v1/desk/cases", headers=bearer)).status_code == 401


class TestLimited:
    @pytest.fixture
    def service_settings(self) -> ServiceSettings:
        """As it is served."""
        return ServiceSettings()

    async def test_guesses_of_all_together_are_limited(self, surfers: Callable[[], Surfer], service: Running) -> None:
        statuses = []
        for _ in range(ATTEMPTS.most + 1):
            surfer = surfers()
            await surfer.see("/sign-in")
            statuses.append((await surfer.send("/sign-in", key="wrong")).status_code)
        assert statuses == [401] * ATTEMPTS.most + [429]
        await surfers().sign_in(service.keys["desk"])  # who has a key is let in all the same
