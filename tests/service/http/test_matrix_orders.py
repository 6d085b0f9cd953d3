"""Orders, named in every way that there is: another's is answered like one that does not exist, word for word."""

from itertools import cycle, permutations, product
from typing import Any

import httpx2
import pytest

from tests.service.databases import Fresh
from tests.service.http.matrix_doors import ORDER_WAYS, Answer, Door, answered, without_what_is_new
from tests.service.http.strangers import ABSENT, Stranger, strangers
from tests.service.running import Running
from tests.tools.lookalikes import LOOKALIKES

LAST_ATTEMPT = 7  # of one visitor at one order: beyond what is allowed


@pytest.fixture
def url(fresh_sqlite_database: Fresh) -> str:
    """What is said of an order does not depend on the database."""
    return fresh_sqlite_database()


def callers(asking: Stranger) -> list[tuple[str, str | None]]:
    """Return how one can ask: from a browser, and through a server that names the customer or does not."""
    return [(asking.token, None), ("service", asking.customer_id), ("service", None)]


async def asked(service: Running, door: Door, form: str, order_id: str, caller: tuple[str, str | None]) -> Answer:
    written = LOOKALIKES[form](order_id)
    answer = await door.ask(service, written, *caller)
    assert answer[0] == 200 or (answer[0] == 422 and form == "full width")  # the channel's field is ASCII only
    return without_what_is_new(answer, order_id, written)


@pytest.mark.parametrize("form", ["as it is", "lower case", "full width"])
async def test_another_ones_order_is_like_none(service: Running, form: str) -> None:
    one, other = await strangers(service, 2)
    for door, caller in zip(ORDER_WAYS.values(), cycle(callers(one)), strict=False):
        there, absent = [await asked(service, door, form, id, caller) for id in (other.ids["order"], ABSENT["order"]())]
        assert there == absent


async def test_the_own_order_is_shown(service: Running) -> None:
    """Else the test above would pass with an agent that shows none."""
    (one,) = await strangers(service, 1)
    for door, caller in product(ORDER_WAYS.values(), callers(one)[:2]):
        _, _, text = await door.ask(service, one.ids["order"], *caller)
        assert '"placed_on":' in text, door


PROVES = "Where is my order {order}? My e-mail address is {email}."


async def posted(service: Running, token: str, message: str, conversation_id: str | None = None) -> httpx2.Response:
    body = {"message": message} | ({"conversation_id": conversation_id} if conversation_id else {})
    answer = await answered(lambda: service.post("/v1/chat", body, token))
    assert answer.status_code == 200, answer.text
    return answer


async def said(service: Running, token: str, message: str, conversation_id: str | None = None) -> dict[str, Any]:
    decision: dict[str, Any] = (await posted(service, token, message, conversation_id)).json()
    return decision


@pytest.mark.parametrize(
    "words",
    [
        "And where is my order {order}?",
        "And where is {order}? My e-mail address is {email}.",
        "I want my money back for {order}.",
    ],
)
async def test_a_visitor_who_proved_one_order_sees_none_other(service: Running, words: str) -> None:
    one, other = await strangers(service, 2)
    answers = []
    for order_id in (other.ids["order"], ABSENT["order"]()):
        token = await service.token()
        proved = await said(service, token, PROVES.format(order=one.ids["order"], email=one.email))
        assert proved["order"]["order_id"] == one.ids["order"]
        message = words.format(order=order_id, email=one.email)
        answer = await posted(service, token, message, proved["conversation_id"])
        assert (answer.json()["order"], answer.json()["tool_calls"]) == (None, [])
        answers.append(without_what_is_new((answer.status_code, "", answer.text), order_id))
    assert answers[0] == answers[1]


async def test_a_proof_holds_in_its_own_conversation_only(service: Running) -> None:
    (one,) = await strangers(service, 1)
    token = await service.token()
    proved = await said(service, token, PROVES.format(order=one.ids["order"], email=one.email))
    again = await said(service, token, f"Where is my order {one.ids['order']}?", proved["conversation_id"])
    assert again["order"] is not None
    elsewhere = await said(service, token, f"Where is my order {one.ids['order']}?")
    assert (elsewhere["order"], elsewhere["follow_up"]) == (None, {"asks_for": ["email"]})
    ticket = {"text": "Where is my order?", "order_id": one.ids["order"]}
    assert (await service.post("/v1/triage", ticket, token)).json()["order"] is None


async def test_guessing_an_address_tells_nothing_of_the_order(service: Running) -> None:
    one, other = await strangers(service, 2)
    said_of = []
    for order_id in (other.ids["order"], ABSENT["order"]()):
        token = await service.token()
        answers = []
        for _ in range(LAST_ATTEMPT):
            answer = await posted(service, token, PROVES.format(order=order_id, email=one.email))
            answers.append(without_what_is_new((answer.status_code, "", answer.text), order_id))
        said_of.append(answers)
    assert said_of[0] == said_of[1]


@pytest.mark.slow
async def test_the_whole_matrix_of_orders(service: Running) -> None:
    """Twenty customers and each other's orders; the ways, forms and doors go round, so that all of them meet."""
    found = await strangers(service, 20)
    ways = cycle(product(ORDER_WAYS.values(), LOOKALIKES, range(3)))
    for (one, other), (door, form, caller) in zip(permutations(found, 2), ways, strict=False):
        ids = (other.ids["order"], ABSENT["order"]())
        there, absent = [await asked(service, door, form, id, callers(one)[caller]) for id in ids]
        assert there == absent, (door, form)
