"""Conversations and tickets: whoever asks for another's gets what they get for one that does not exist."""

from collections.abc import Iterable, Sequence
from itertools import product

import pytest

from service.callers import Role
from service.http.app import policies
from tests.service.databases import Fresh
from tests.service.http.matrix_doors import DOORS, NAMELESS, ORDER_WAYS, Door
from tests.service.http.strangers import ABSENT, Stranger, strangers
from tests.service.running import Running
from tests.tools.lookalikes import LOOKALIKES

FEWEST_ATTEMPTS = 10_000
OPEN_TO_CUSTOMERS = tuple(door for door in DOORS if Role.CHAT in policies()[door.route].roles)
REFUSED = {404, 422}  # the latter for what is no id at all


def test_every_route_is_in_the_matrix() -> None:
    """Of a new route somebody has to say what it is told, and then it is attacked."""
    assert {door.route for door in (*DOORS, *ORDER_WAYS.values(), *NAMELESS)} == set(policies())
    assert {route for route in policies() if "{" in route} <= {door.route for door in DOORS}
    assert {door.kind for door in DOORS} == {"conversation", "ticket", "case"}  # and none for traces


def callers(door: Door, asking: Stranger) -> list[tuple[str, str | None]]:
    """Return how a customer can ask: from a browser, and through a server that names them where a route takes that."""
    browser: tuple[str, str | None] = (asking.token, None)
    return [browser, ("service", asking.customer_id)] if "/chat" in door.route else [browser]


async def attempts(service: Running, found: Sequence[Stranger], forms: Iterable[str]) -> int:
    """Let everybody ask for what is everybody else's, through every door that is open to customers."""
    made = 0
    for asking, form, door in product(found, forms, OPEN_TO_CUSTOMERS):
        for caller in callers(door, asking):
            written = LOOKALIKES[form]
            none = await door.ask(service, written(ABSENT[door.kind]()), *caller)
            assert none[0] in REFUSED
            for other in found:
                if other is not asking:
                    answer = await door.ask(service, written(other.ids[door.kind]), *caller)
                    assert answer == none, (door.route, asking.customer_id, other.customer_id, form)
                    made += 1
    return made


async def everything(service: Running, found: Sequence[Stranger]) -> list[object]:
    """Return all that there is of the customers, to see that nothing was changed."""
    views = [(await service.get(f"/v1/conversations/{one.ids['conversation']}")).json() for one in found]
    cases = [(await service.get(f"/v1/desk/cases/{one.ids['case']}", "desk")).json() for one in found]
    decisions = (await service.get("/v1/ops/summary", "ops")).json()["decisions"]
    return [*views, *cases, decisions]


async def test_another_ones_is_like_what_does_not_exist(service: Running) -> None:
    found = await strangers(service, 3)
    before = await everything(service, found)
    assert await attempts(service, found, LOOKALIKES) >= 200
    assert await everything(service, found) == before


async def test_the_own_is_found(service: Running) -> None:
    """Else the test above would pass with doors that find nothing."""
    for one in await strangers(service, 2):
        for door in OPEN_TO_CUSTOMERS:
            for caller in callers(door, one):
                status, _, text = await door.ask(service, one.ids[door.kind], *caller)
                assert status in {200, 201}, (door.route, text)


async def test_an_id_of_another_kind_opens_nothing(service: Running) -> None:
    one, other = await strangers(service, 2)
    patterns = {other.customer_id, other.email, "%", "*", "V-%", "V-*", "' OR '1'='1"}
    for door in OPEN_TO_CUSTOMERS:
        others = {id for kind, id in other.ids.items() if kind not in {door.kind, ""}}
        for id in others | patterns:
            status, _, _ = await door.ask(service, id, one.token)
            assert status in REFUSED, (door.route, id)


async def test_a_key_gives_its_answer_to_its_own_caller_only(service: Running) -> None:
    """The other sends the very request again: the same words under the same Idempotency-Key."""
    one, other = await strangers(service, 2)
    visitors = [await service.token(), await service.token()]
    asked = {"message": "My e-mail is canary@customers.example, where is my order?"}
    answers = [
        (await service.post("/v1/chat", asked, token, Idempotency_Key="the-same")).json()
        for token in (one.token, other.token, *visitors)
    ]
    assert len({answer["conversation_id"] for answer in answers}) == len(answers)


@pytest.mark.slow
class TestTheWholeMatrix:
    """Twenty customers and each other's."""

    @pytest.fixture
    def url(self, fresh_sqlite_database: Fresh) -> str:
        return fresh_sqlite_database()

    async def test_nothing_leaks(self, service: Running) -> None:
        found = await strangers(service, 20)
        before = await everything(service, found)
        assert await attempts(service, found, LOOKALIKES) >= FEWEST_ATTEMPTS
        assert await everything(service, found) == before
