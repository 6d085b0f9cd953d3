"""The service as people start it: a real process, asked through the client, told to end."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.taxonomy import NextAction
from service.client import Refused, TriageClient
from tests.processes import Done, triage
from tests.service.serving import Served, furnish, serving
from tools.demo_shop.seed import SHOP_DAY, seeded_orders
from tools.refund_rules import refund_rules
from tools.refunds import judge

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture(scope="module")
def served(root: Path, var: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server for all tests here that leave it running."""
    with serving(root, furnish(var, tmp_path_factory.mktemp("served"))) as running:
        yield running


def test_a_conversation_through_the_client(served: Served) -> None:
    with served.client() as client:
        first = client.chat("I want my money back", customer_id="C-1001")
        second = client.chat("it's A-10234", conversation_id=first.conversation_id)
        assert second.order is not None
        assert second.order.order_id == "A-10234"
        assert len(client.conversation(first.conversation_id).messages) == 4
        assert client.feedback(second.ticket_id, "up", "Quick.").startswith("F-")
        names = [name for name, _ in client.stream("hello", customer_id="C-1001")]
        assert names[-3:] == ["reply", "decision", "done"]
        token = client.chat_token()
    with TriageClient(served.address, token) as visitor:
        asked = visitor.chat("Where is my order?")
        assert asked.follow_up is not None
        assert asked.follow_up.asks_for == ["order_id", "email"]
        with pytest.raises(Refused, match="404"):
            visitor.conversation(first.conversation_id)


def test_the_desk_through_the_client(served: Served) -> None:
    eligible = (order for order in seeded_orders() if judge(order, SHOP_DAY, refund_rules()).eligible)
    other = next(order for order in eligible if order.order_id != "A-10234")
    with served.client() as client, served.client("desk") as desk:
        offer = client.triage("I want my money back for A-10234", customer_id="C-1001")
        assert offer.next_action is NextAction.OFFER_REFUND
        refund = next(case for case in desk.cases().cases if case.ticket_id == offer.ticket_id)
        assert desk.approve(refund.case_id, key="once") == desk.approve(refund.case_id, key="once")
        asked = client.chat("I want to speak to a human being", customer_id="C-1001")
        case = next(case for case in desk.cases(most=200).cases if case.ticket_id == asked.ticket_id)
        assert desk.correct(case.case_id, priority="low").priority == "low"
        assert desk.reply(case.case_id, "Hello, this is the desk.").messages[-1].role == "person"
        assert desk.hand_back(case.case_id).state == "closed"
        unwanted = client.triage(f"I want my money back for {other.order_id}", customer_id=other.customer_id)
        again = next(case for case in desk.cases().cases if case.ticket_id == unwanted.ticket_id)
        declined = desk.decline(again.case_id, "Asked for by mistake.").proposal
        assert declined is not None
        assert declined.state == "declined"
        with pytest.raises(Refused, match="404"):
            desk.case("E-unknown")


def test_the_demo_keys_are_their_owners_only(served: Served) -> None:
    assert stat.S_IMODE((served.var / "demo" / "keys.json").stat().st_mode) == 0o600
    assert set(served.keys) == {"service", "desk", "ops", "admin"}


def test_traces_are_listed_shown_and_exported(served: Served, root: Path) -> None:
    with served.client() as client:
        decision = client.triage("Where is my order A-10234?", customer_id="C-1001")

    def traces(*arguments: str) -> Done:
        return triage(root, "traces", *arguments, TRIAGE_VAR=str(served.var))

    listed = traces("list", "--most", "1")
    assert listed.stdout.split("\t")[:2] == [decision.trace_id, decision.ticket_id]
    shown = json.loads(traces("show", decision.ticket_id).stdout)
    assert {"step", "tool", "passage"} <= {event["kind"] for event in shown["events"]}
    exported = [json.loads(line) for line in traces("export", "--hours", "1").stdout.splitlines()]
    assert exported[0]["decision"]["ticket_id"] == decision.ticket_id
    assert exported[0]["trace"] == shown
    assert traces("show", "none").returncode == 1


def test_without_a_key_it_does_not_start(root: Path, tmp_path: Path) -> None:
    refused = triage(root, "serve", "--port", "0", TRIAGE_VAR=str(tmp_path))
    assert refused.returncode == 1
    assert "triage keys create" in refused.stderr
    made = triage(root, "keys", "create", "service", "a shop", TRIAGE_VAR=str(tmp_path))
    assert made.stdout.startswith("triage_service_")
    listed = triage(root, "keys", "list", TRIAGE_VAR=str(tmp_path)).stdout
    id = listed.split("\t")[0]
    assert triage(root, "keys", "revoke", id, TRIAGE_VAR=str(tmp_path)).returncode == 0
    assert triage(root, "serve", "--port", "0", TRIAGE_VAR=str(tmp_path)).returncode == 1
