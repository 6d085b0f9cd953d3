"""What customers write stays in their answers and the database: it is in no log, figure, error or header.

Nor does it leave the machine for a variable that was set for something else: the server here has many of those.
"""

import json
import re
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import cycle, product
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.client import Refused
from service.http.app import policies
from service.http.metrics import METHODS
from tests.service.canaries import KINDS, canaries_in, canary
from tests.service.canary_places import REFUSED, TAKEN, Named
from tests.service.http.raw import Answer, ask, request
from tests.service.serving import Served, furnish, serving
from tests.service.stray import Knocks, listening, stray_variables

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

FEWEST_CANARIES = 200
TALK = re.compile(r"Demo keys, one for each role: .*")  # said before the log begins
LOGGED = {"at", "level", "logger", "message"}
PRINTABLE = re.compile(r"[ -~]*")
PATHS = ("", "v1/", "v1/conversations/", "v1/desk/cases/", "v1/chat")
VERBS = ("GET", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND", "REPORT", "MKCOL", "CANARY")
# A table that is away makes a database raise errors that hold what was to be read or written.
SERVICE_TABLES = ("message", "decision", "api_key", "count_in_window", "idempotency", "conversation", "feedback")
SHOP_TABLES = ("order", "order_line")
SLOW = pytest.mark.slow


@pytest.fixture(scope="module")
def knocks() -> Iterator[Knocks]:
    """Where everything would be sent that has no business to leave; nothing is, whatever the tests here do."""
    with listening() as heard:
        yield heard
    assert heard.heard == 0


@pytest.fixture(scope="module")
def served(root: Path, var: Path, tmp_path_factory: pytest.TempPathFactory, knocks: Knocks) -> Iterator[Served]:
    """A server for this module alone: all that it ever says is read."""
    own, home = furnish(var, tmp_path_factory.mktemp("canaries")), tmp_path_factory.mktemp("home")
    with serving(root, own, TRIAGE_LIMITS="false", HOME=str(home), **stray_variables(knocks.port)) as running:
        yield running
    assert list(home.iterdir()) == []  # where those who report keep who they are and what could not be sent yet


@pytest.fixture(scope="module")
def named(served: Served) -> Named:
    """Something of each kind that a request can name."""
    with served.client() as client:
        decision = client.chat("I want to speak to a human being", customer_id="C-1001")
    headers = {"Authorization": f"Bearer {served.keys['desk']}"}
    cases = httpx2.get(f"{served.address}/v1/desk/cases", headers=headers, trust_env=False).json()["cases"]
    return Named(served.keys, decision.conversation_id, decision.ticket_id, cases[0]["case_id"])


def not_for_words(answer: Answer) -> str:
    """Return those parts of an answer in which nobody's words may stand: headers, errors, a Decision's reply."""
    head, body = json.dumps(answer.headers), answer.body.decode()
    if answer.status >= 400 or "event: problem" in body:
        return head + body
    if answer.headers["content-type"].startswith("text/event-stream"):
        (body,) = re.findall(r"event: decision\s+data: (.*)", body)
    return head + str(json.loads(body).get("reply", ""))


def figures(served: Served) -> str:
    answer = ask(served.port, request("GET", "/metrics"))
    assert answer is not None
    return answer.body.decode()


def nothing_is_told(served: Served) -> None:
    """Read all that the service says to those who run it."""
    for line in served.log().split("\n"):
        assert PRINTABLE.fullmatch(line)
        if line and not TALK.fullmatch(line):
            assert LOGGED <= set(json.loads(line)) <= LOGGED | {"exception"}
    assert canaries_in(served.log() + figures(served)) == []


@pytest.mark.parametrize(
    "kinds", [("e-mail", "terminal"), pytest.param(tuple(KINDS), marks=SLOW)], ids=["two kinds", "all kinds"]
)
@pytest.mark.parametrize("place", {**TAKEN, **REFUSED})
def test_nothing_repeats_what_was_sent(served: Served, named: Named, place: str, kinds: tuple[str, ...]) -> None:
    statuses = set()
    for kind in kinds:
        answer = ask(served.port, {**TAKEN, **REFUSED}[place](named, canary(kind)))
        if answer is not None:  # else the server has closed on it
            assert canaries_in(not_for_words(answer)) == [], (kind, answer)
            statuses.add(answer.status)
    assert statuses <= {200, 201, 400, 401, 404, 405, 409, 415, 422, 431}
    assert bool(statuses & {200, 201}) is (place in TAKEN)
    nothing_is_told(served)


def test_there_are_enough() -> None:
    assert len(KINDS) * len({**TAKEN, **REFUSED}) >= FEWEST_CANARIES


@contextmanager
def away(file: Path, table: str) -> Iterator[None]:
    """Take a table away for as long as the context lasts."""
    with closing(sqlite3.connect(file, isolation_level=None, timeout=10)) as database:
        database.execute("PRAGMA legacy_alter_table=ON")  # else what refers to it would go along
        database.execute(f'ALTER TABLE "{table}" RENAME TO "{table}_away"')
        try:
            yield
        finally:
            database.execute(f'ALTER TABLE "{table}_away" RENAME TO "{table}"')


def sent_all(served: Served, named: Named) -> list[Answer]:
    """Put a canary in every place where one is taken; return the answers, in which there is none."""
    answers = []
    for place in TAKEN.values():
        answer = ask(served.port, place(named, canary("e-mail")))
        assert answer is not None
        assert canaries_in(not_for_words(answer)) == []
        answers.append(answer)
    nothing_is_told(served)
    return answers


@pytest.mark.parametrize("table", [*SERVICE_TABLES[:2], *(pytest.param(one, marks=SLOW) for one in SERVICE_TABLES[2:])])
def test_nothing_is_told_while_the_database_fails(served: Served, named: Named, table: str) -> None:
    with away(served.var / "service.db", table):
        answers = sent_all(served, named)
    statuses = {answer.status for answer in answers}
    assert 503 in statuses
    assert 500 not in statuses
    if table == "decision":  # found out when the turn is kept: the stream has begun
        assert [answer.status for answer in answers if b"event: problem" in answer.body] == [200]


@pytest.mark.parametrize("table", [SHOP_TABLES[0], pytest.param(SHOP_TABLES[1], marks=SLOW)])
def test_nothing_is_told_while_the_shop_fails(served: Served, named: Named, table: str) -> None:
    with away(served.var / "shop.db", table):
        answers = sent_all(served, named)
    assert {answer.status for answer in answers} <= {200, 201, 400, 422}
    assert [answer for answer in answers if b'"tool_unavailable"' in answer.body]


@pytest.mark.parametrize("requests", [100, pytest.param(1000, marks=SLOW)])
def test_the_figures_have_no_label_that_a_caller_made(served: Served, requests: int) -> None:
    for (path, verb), n in zip(cycle(product(PATHS, VERBS)), range(requests), strict=False):
        ask(served.port, request(verb, f"/{path}{canary('token')}?n={n}", "Connection: close"))
    routes = {route.split(" ")[1] for route in policies()} | {"none", "/openapi.json"}
    seen = 0
    for family in text_string_to_metric_families(figures(served)):
        for sample in family.samples:
            labels = sample.labels
            assert labels.get("method", "GET") in METHODS | {"other"}
            assert labels.get("route", "none") in routes
            assert re.fullmatch(r"[1-5]\d\d", labels.get("status", "200"))
            seen += 1
    assert seen < 500
    nothing_is_told(served)


def test_the_clients_exception_repeats_nothing(served: Served) -> None:
    with served.client() as client, pytest.raises(Refused) as refused:
        client.chat(canary("name"), conversation_id=canary("e-mail"), customer_id=canary("token"))
    assert canaries_in(f"{refused.value!r} {refused.value} {refused.value.problem}") == []


def test_stray_variables_make_it_call_nobody(served: Served, named: Named, knocks: Knocks) -> None:
    with served.client() as client:
        assert [name for name, _ in client.stream("Where is my order A-10234?", customer_id="C-1001")][-1] == "done"
    sent_all(served, named)
    assert knocks.heard == 0


def test_a_knock_would_be_heard() -> None:
    """Else the test above would pass with a listener that hears nothing."""
    with listening() as knocks:
        with socket.create_connection(("127.0.0.1", knocks.port)) as caller:
            assert caller.recv(1) == b""
        assert knocks.heard == 1
