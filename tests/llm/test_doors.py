"""The doors over the real server, within a release's own three seconds: every ticket ends in a valid Decision."""

import json
from pathlib import Path

import pytest

from agent.decision import Decision
from agent.release import load_release
from agent.taxonomy import NextAction
from tests.llm.inbox import CUSTOMER, OWN, PLAIN
from tests.processes import TRIAGE, run
from tests.service.serving import furnish, serving

pytestmark = [pytest.mark.llm, pytest.mark.allow_hosts(["127.0.0.1"])]
LATE_S = 0.5  # a machine that does something else too


def test_the_demo_with_a_cascade(var: Path, free_server: str, tmp_path: Path) -> None:
    own, inbox = furnish(var, tmp_path / "var"), tmp_path / "inbox.jsonl"
    texts = (f"I want my money back for {OWN}", "it is the thing from before, you know", *PLAIN[-2:])
    inbox.write_text("".join(json.dumps({"text": text, "customer_id": CUSTOMER}) + "\n" for text in texts))
    named = {"TRIAGE_VAR": str(own), "TRIAGE_RELEASE": "cascade", "OPENAI_BASE_URL": free_server}
    done = run([TRIAGE, "demo", "--inbox", inbox], tmp_path, named)
    assert done.returncode == 0, done.stderr
    lines = (own / "demo" / "decisions.jsonl").read_text(encoding="utf-8").splitlines()
    decisions = [Decision.model_validate_json(line) for line in lines]
    assert decisions[0].next_action is NextAction.OFFER_REFUND
    assert len(decisions) == len(texts)
    assert sum(decision.usage.llm_calls for decision in decisions) >= len(texts)
    assert all(decision.model.endswith("+smollm2-135m-instruct") for decision in decisions)
    assert all(decision.latency_ms < 1000 * (load_release("cascade").deadline_s + LATE_S) for decision in decisions)


def test_a_conversation_over_http(root: Path, var: Path, free_server: str, tmp_path: Path) -> None:
    own = furnish(var, tmp_path / "var")
    with serving(root, own, TRIAGE_RELEASE="llm", OPENAI_BASE_URL=free_server) as served, served.client() as client:
        first = client.chat("I want my money back", customer_id=CUSTOMER)
        second = client.chat(f"it's {OWN}", conversation_id=first.conversation_id, customer_id=CUSTOMER)
    assert first.model == second.model == "smollm2-135m-instruct"
    assert first.usage.llm_calls > 0
    assert second.conversation_id == first.conversation_id
    # What it takes a message for is its own affair, and may need no order; but there is only this one.
    assert {call.arguments["order_id"] for one in (first, second) for call in one.tool_calls} <= {OWN}
