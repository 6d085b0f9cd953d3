"""Every role at every route: who is not let in learns nothing, not even whether what they name exists."""

from itertools import product

import pytest

from service.callers import Role
from service.http.app import policies
from tests.service.http.matrix_doors import DOORS, NAMELESS, ORDER_WAYS, Door
from tests.service.http.strangers import ABSENT, strangers
from tests.service.running import Running

EVERY_DOOR = (*DOORS, *ORDER_WAYS.values(), *NAMELESS)
NOBODY = ("", "none", "triage_admin_", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJjOkMtMTAwMSJ9.")


async def credentials(service: Running) -> dict[str, Role | None]:
    """Return one credential of each role, a customer's and a visitor's token, and some that are none."""
    held: dict[str, Role | None] = {service.keys[role]: Role(role) for role in service.keys}
    held |= dict.fromkeys([await service.token("C-1064"), await service.token()], Role.CHAT)
    return held | dict.fromkeys(NOBODY, None)


async def test_who_is_not_let_in_can_not_tell_what_exists(service: Running) -> None:
    (one,) = await strangers(service, 1)
    held = await credentials(service)
    refused = 0
    for door, (credential, role) in product(EVERY_DOOR, held.items()):
        policy = policies()[door.route]
        if policy.public or role in policy.roles:
            continue
        there = await door.ask(service, one.ids[door.kind], credential)
        absent = await door.ask(service, ABSENT[door.kind](), credential)
        assert there == absent
        assert there[0] == (403 if role is not None else 401), (door.route, role)
        refused += 1
    assert refused > 100


async def test_who_is_let_in_gets_an_answer(service: Running) -> None:
    held = await credentials(service)
    for door, (credential, role) in product((*DOORS, *NAMELESS), held.items()):
        policy = policies()[door.route]
        if policy.public or role in policy.roles:
            status, _, _ = await door.ask(service, ABSENT[door.kind](), credential)
            assert status in ({404} if door.kind else {200}), (door.route, role)


@pytest.mark.parametrize("door", [door for door in NAMELESS if policies()[door.route].public], ids=lambda d: d.route)
async def test_what_anybody_may_read_holds_nothing_of_anybody(service: Running, door: Door) -> None:
    found = await strangers(service, 2)
    status, _, text = await door.ask(service, "", "none")
    assert status == 200
    assert not [id for one in found for id in (*one.ids.values(), one.customer_id, one.email) if id and id in text]


async def test_a_browser_speaks_for_its_own_customer_only(service: Running) -> None:
    """Named in the body, another customer is refused before anything is read: one who exists like one who does not."""
    one, other = await strangers(service, 2)
    for door in (*ORDER_WAYS.values(), *(door for door in DOORS if "/chat" in door.route)):
        answers = [
            await door.ask(service, other.ids[door.kind], token, customer_id)
            for token in (one.token, await service.token())
            for customer_id in (other.customer_id, "C-9999", other.customer_id.lower())
        ]
        assert {status for status, _, _ in answers} == {403}
        assert len(set(answers)) == 1
