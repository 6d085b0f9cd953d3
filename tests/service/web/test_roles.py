"""Which role may ask for which page: every route of the pages, by its method and path."""

import pytest
from fastapi.routing import APIRoute

from service.callers import Role
from service.http.app import PAGES
from tests.service.running import Running
from tests.service.web.surfer import ACCEPT, Surfer

BOTH, DESK, OPS = {Role.DESK, Role.OPS, Role.ADMIN}, {Role.DESK, Role.ADMIN}, {Role.OPS, Role.ADMIN}
CLOSED = {
    ("GET", "/desk"): DESK,
    ("GET", "/desk/cases/{id}"): DESK,
    ("POST", "/desk/cases/{id}/reply"): DESK,
    ("POST", "/desk/cases/{id}/correct"): DESK,
    ("POST", "/desk/cases/{id}/approve"): DESK,
    ("POST", "/desk/cases/{id}/decline"): DESK,
    ("POST", "/desk/cases/{id}/hand-back"): DESK,
    ("GET", "/ops"): OPS,
    ("GET", "/ops/traces"): BOTH,
    ("GET", "/ops/traces/{id}"): BOTH,
}
OPEN = {
    ("GET", "/"),
    ("GET", "/thread"),
    ("POST", "/chat"),
    ("POST", "/chat/stream"),
    ("POST", "/chat/as"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("POST", "/sign-out"),
    ("GET", "/static/{name}"),
    ("GET", "/desk/{rest:path}"),
    ("GET", "/ops/{rest:path}"),
}


def test_every_route_is_looked_at() -> None:
    routes = [route for router in PAGES for route in router.routes if isinstance(route, APIRoute)]
    assert {(method, route.path) for route in routes for method in route.methods} == OPEN | set(CLOSED)


@pytest.mark.parametrize("role", sorted(BOTH))
async def test_each_role_sees_its_own(surfer: Surfer, service: Running, role: Role) -> None:
    await surfer.sign_in(service.keys[role.value])
    for (method, path), roles in CLOSED.items():
        where = path.replace("{id}", "E-0")
        form = {"csrf": surfer.csrf, "text": "x", "reason": "x", "priority": "low"}
        answer = await surfer.http.request(method, where, data=form if method == "POST" else None, headers=ACCEPT)
        assert (answer.status_code == 403) == (role not in roles), (method, path, answer.status_code)


@pytest.mark.parametrize(("method", "path"), sorted(CLOSED))
async def test_nobody_else_does(surfer: Surfer, method: str, path: str) -> None:
    await surfer.see("/sign-in")
    form = {"csrf": surfer.csrf, "text": "x", "reason": "x"}
    answer = await surfer.http.request(
        method, path.replace("{id}", "E-0"), data=form if method == "POST" else None, headers=ACCEPT
    )
    assert answer.status_code == (303 if method == "GET" else 401)
