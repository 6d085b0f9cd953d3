"""A form is taken only from a page of ours, in the browser that it was shown in; on every route that takes one."""

import pytest
from fastapi.routing import APIRoute

from service.http.app import PAGES
from tests.service.running import Running
from tests.service.web.surfer import ACCEPT, Surfer

FORMS = sorted(
    route.path for router in PAGES for route in router.routes if isinstance(route, APIRoute) and "POST" in route.methods
)


def test_there_are_forms() -> None:
    assert {"/sign-in", "/sign-out", "/chat", "/chat/stream", "/desk/cases/{id}/approve"} <= set(FORMS)


@pytest.mark.parametrize("path", FORMS)
async def test_a_form_from_elsewhere_is_refused(surfers, service: Running, path: str) -> None:
    other, surfer = surfers(), surfers()
    await other.sign_in(service.keys["admin"])
    await surfer.sign_in(service.keys["admin"])
    where = path.replace("{id}", "E-000000000000000000000001")
    fields = {"message": "hello", "text": "hello", "reason": "hello", "key": "hello", "customer": ""}
    for csrf in ("", "wrong", other.csrf, "ü", surfer.csrf.upper(), surfer.csrf[:-1]):
        answer = await surfer.http.post(where, data={**fields, "csrf": csrf}, headers=ACCEPT)
        assert answer.status_code == 403, csrf
        assert "reload" in answer.text
    good = {**fields, "csrf": surfer.csrf}
    for site in ("cross-site", "same-site"):
        answer = await surfer.http.post(where, data=good, headers=ACCEPT | {"Sec-Fetch-Site": site})
        assert answer.status_code == 403
    for media_type in ("text/plain", "multipart/form-data; boundary=x", "application/json", ""):
        answer = await surfer.http.post(where, content=b"{}", headers=ACCEPT | {"Content-Type": media_type})
        assert answer.status_code == 415
    for body in (b"csrf=%ff", b"\xff", b"csrf=a&csrf=b", b"&".join(b"a%d=1" % at for at in range(60)), b"csrf=%00"):
        headers = ACCEPT | {"Content-Type": "application/x-www-form-urlencoded"}
        assert (await surfer.http.post(where, content=body, headers=headers)).status_code in {400, 403}


async def test_a_new_browser_has_no_forms(surfer: Surfer) -> None:
    answer = await surfer.http.post("/chat", data={"message": "hello", "csrf": "0" * 64}, headers=ACCEPT)
    assert answer.status_code == 403


async def test_nothing_is_asked_of_another_by_get(at_desk: Surfer) -> None:
    for path in FORMS:
        if path != "/sign-in":
            answer = await at_desk.http.get(path.replace("{id}", "E-1"), headers=ACCEPT)
            assert answer.status_code in {404, 405}, path


async def test_scripts_are_told_as_scripts_are(surfer: Surfer) -> None:
    answer = await surfer.http.post("/chat/stream", data={"message": "hello"}, headers={"Accept": "text/event-stream"})
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
