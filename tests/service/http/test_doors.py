"""Who may call what: every route says so, and nobody gets further than that."""

import httpx2
import pytest

from service.callers import Role
from service.http.app import create_app, policies
from service.http.parts import Parts
from service.http.policy import UndeclaredRouteError
from service.settings import ServiceSettings
from tests.service.running import Running

PUBLIC = {"GET /livez", "GET /readyz", "GET /metrics", "GET /v1/schema"}


async def test_every_route_says_who_may_call_it(service: Running) -> None:
    found = policies()
    described = service.app.openapi()["paths"]
    assert set(found) == {f"{method.upper()} {path}" for path, methods in described.items() for method in methods}
    assert {route for route, policy in found.items() if policy.public} == PUBLIC
    assert all(Role.ADMIN in policy.roles for policy in found.values() if not policy.public)


def test_a_route_that_does_not_say_can_not_be_added(parts: Parts) -> None:
    from fastapi import APIRouter

    from service.http.policy import PolicedRoute

    router = APIRouter(route_class=PolicedRoute)
    with pytest.raises(UndeclaredRouteError):
        router.get("/open")(lambda: None)


async def test_each_role_gets_in_where_it_may_and_nowhere_else(service: Running) -> None:
    credentials = dict(service.keys) | {"chat": await service.token("C-1001")}
    for route, policy in policies().items():
        if policy.public:
            continue
        method, path = route.split(" ")
        for role, credential in credentials.items():
            answer = await service.http.request(
                method,
                path.replace("{id}", "none"),
                headers={"Authorization": f"Bearer {credential}", "Content-Type": "application/json"},
                content=b"{}" if method == "POST" else None,
            )
            let_in = answer.status_code not in {401, 403}
            assert let_in is (Role(role) in policy.roles), (route, role, answer.status_code)


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Authorization", "")],
        [("Authorization", "Bearer ")],
        [("Authorization", "Bearer wrong")],
        [("Authorization", "Basic dXNlcjpwYXNz")],
        [("Authorization", "Bearer a b")],
        [("Authorization", "Bearer " + "x" * 10_000)],
        [("X-User", "admin"), ("X-Forwarded-For", "127.0.0.1")],
    ],
)
async def test_without_a_credential_that_holds_there_is_one_answer(
    service: Running, headers: list[tuple[str, str]]
) -> None:
    constant = (await service.http.get("/v1/ops/summary")).content
    answer = await service.http.get("/v1/ops/summary", headers=headers)
    assert answer.status_code == 401
    assert answer.content == constant
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_doubled_or_truncated_or_revoked_credential_is_none(service: Running) -> None:
    key = service.keys["ops"]
    doubled = [("Authorization", f"Bearer {key}"), ("Authorization", f"Bearer {key}")]
    assert (await service.http.get("/v1/ops/summary", headers=doubled)).status_code == 401
    assert (await service.get("/v1/ops/summary", key[:-1])).status_code == 401
    assert (await service.get("/v1/ops/summary", key + "x")).status_code == 401


async def test_a_chat_token_ends(service: Running) -> None:
    token = await service.token("C-1001")
    assert (await service.post("/v1/chat", {"message": "hello"}, token)).status_code == 200
    service.clock.turn(minutes=31)
    assert (await service.post("/v1/chat", {"message": "hello"}, token)).status_code == 401


@pytest.mark.parametrize("tampered", ["eyJhbGciOiJub25lIn0.eyJzdWIiOiJjOkMtMTAwMSJ9.", "a.b.c"])
async def test_a_token_that_we_did_not_sign_is_none(service: Running, tampered: str) -> None:
    assert (await service.post("/v1/chat", {"message": "hello"}, tampered)).status_code == 401


class TestLimits:
    """How often one may come."""

    @pytest.fixture
    def service_settings(self) -> ServiceSettings:
        return ServiceSettings(requests_a_minute=5, messages_a_minute=3)

    async def test_a_credential_that_comes_too_often_waits(self, service: Running) -> None:
        answers = [await service.get("/v1/ops/summary", "ops") for _ in range(7)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
        wait = int(answers[-1].headers["retry-after"])
        assert 1 <= wait <= 120
        assert (await service.get("/v1/conversations/none", "desk")).status_code == 404
        service.clock.turn(seconds=wait)
        assert (await service.get("/v1/ops/summary", "ops")).status_code == 200

    async def test_a_customer_who_writes_too_often_waits_and_no_other_does(self, service: Running) -> None:
        body = {"message": "hello", "customer_id": "C-1001"}
        answers = [await service.post("/v1/chat", body) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200] * 3 + [429]
        assert (await service.post("/v1/chat", body | {"customer_id": "C-1002"})).status_code == 200

    async def test_what_is_refused_is_counted_too(self, service: Running) -> None:
        guess = {"message": "hello", "customer_id": "C-1001", "conversation_id": "V-unknown"}
        answers = [await service.post("/v1/chat", guess) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [404] * 3 + [429]

    async def test_another_address_header_changes_nothing(self, service: Running) -> None:
        for n in range(6):
            answer = await service.get("/v1/ops/summary", "ops", X_Forwarded_For=f"10.0.0.{n}")
        assert answer.status_code == 429


async def test_beyond_what_may_be_in_progress_the_answer_is_503_at_once(service: Running) -> None:
    gate = service.parts.gate
    gate.in_progress = gate.most
    refused = await service.http.post("/v1/triage", content=b"x" * 1000)
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "1"
    assert (await service.http.get("/livez")).status_code == 200
    gate.in_progress = 0
    gate.draining = True
    assert (await service.get("/v1/ops/summary", "ops")).status_code == 503
    assert (await service.http.get("/readyz")).status_code == 503


def test_the_application_of_no_settings_has_no_pages_that_load_from_elsewhere(parts: Parts) -> None:
    paths = {getattr(route, "path", "") for route in create_app(parts).routes}
    assert not paths & {"/docs", "/redoc"}
    assert httpx2.URL("http://test/openapi.json").path in paths
