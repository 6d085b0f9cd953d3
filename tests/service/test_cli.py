"""The terminal door as its users meet it: real processes, exit codes, what goes to which stream."""

import json
import os
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import jsonschema
import pytest

from agent.decision import SCHEMA_FILE
from tests.processes import Done, python

MEDIAN_SECONDS = 3.0
MARGIN = 2.0  # these machines are shared


def test_a_ticket_is_answered_in_words(run: Callable[..., Done]) -> None:
    done = run("ticket", "Where is my order A-10234?", "--customer", "C-1001")
    assert (done.returncode, done.stderr) == (0, "")
    assert "A-10234 was delivered on" in done.stdout
    assert "look_up_order: ok" in done.stdout


def test_json_is_the_decision_and_nothing_else(run: Callable[..., Done]) -> None:
    done = run("ticket", "I want my money back for A-10234", "--customer", "C-1001", "--json")
    assert done.returncode == 0
    decision = json.loads(done.stdout)
    jsonschema.validate(decision, json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))
    assert decision["next_action"] == "offer_refund"
    assert decision["refund"]["evidence_id"] in {call["id"] for call in decision["tool_calls"]}


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u200b", "\u202e", "\n"])
def test_an_empty_ticket_is_wrong_use(run: Callable[..., Done], text: str) -> None:
    done = run("ticket", text)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [["ticket"], ["ticket", "hello", "--release", "nonsense"], ["nonsense"], ["classify", "absent.jsonl", "out.jsonl"]],
)
def test_wrong_use_is_said_without_a_traceback(run: Callable[..., Done], arguments: Sequence[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr


@pytest.mark.parametrize(
    "text",
    [
        "\x1b[31mred, a\x07b \U0001f642 \u0661, lone \udcff surrogate",
        pytest.param("<script>{{7*7}}", marks=pytest.mark.slow),
    ],
)
def test_odd_bytes_from_a_terminal_end_in_a_decision(run: Callable[..., Done], text: str) -> None:
    done = run("ticket", os.fsencode(text), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["category"]


def test_a_wrong_setting_is_one_line(run: Callable[..., Done]) -> None:
    done = run("ticket", "hello", TRIAGE_THREADS="many")
    assert done.returncode == 2
    assert "threads" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_shop_is_listed(run: Callable[..., Done]) -> None:
    listing = json.loads(run("shop", "--json").stdout)
    assert len(listing["customers"]) >= 60
    assert len(listing["orders"]) >= 300
    assert {"order_id", "customer_id", "status"} <= set(listing["orders"][0])
    assert "A-10234" in run("shop").stdout


def test_classify_writes_a_line_for_every_line(run: Callable[..., Done], tmp_path: Path) -> None:
    rows = [
        {"id": number, "text": text, "more": 1} for number, text in enumerate(["refund please", "", "🙂", "x" * 30_000])
    ]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    done = run("classify", str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl"))
    assert done.returncode == 0, done.stderr
    written = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in written] == [0, 1, 2, 3]
    assert all(set(row) == {"id", "category", "confidence"} for row in written)
    assert written[0]["category"] == "refund_request"


@pytest.mark.parametrize("line", ["{", '{"text": "no id"}', '{"id": 1, "text": 5}', "[]", "\x00"])
def test_classify_names_the_line_that_is_none(run: Callable[..., Done], tmp_path: Path, line: str) -> None:
    (tmp_path / "in.jsonl").write_text('{"id": 1, "text": "hello"}\n' + line + "\n", encoding="utf-8")
    done = run("classify", str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl"))
    assert done.returncode == 1
    assert "Line 2" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_the_demo_triages_the_inbox(run: Callable[..., Done], root: Path) -> None:
    done = run("demo")
    assert done.returncode == 0, done.stderr
    inbox = (root / "service" / "demo_inbox.jsonl").read_text(encoding="utf-8").splitlines()
    written = (root / "var" / "demo" / "decisions.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(written) == len(inbox)
    for heading in ("ticket", "category", "conf.", "priority", "next action", "order", "ms"):
        assert heading in done.stdout
    assert len(done.stderr.strip().splitlines()[-3:]) == 3


def test_a_ticket_never_imports_torch(root: Path) -> None:
    code = (
        "import sys\nsys.argv = ['triage', 'ticket', 'Where is my order A-10234?', '--json']\n"
        "from service.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
        "found = {'torch', 'transformers', 'sentence_transformers', 'sklearn'} & set(sys.modules)\n"
        "print(sorted(found), file=sys.stderr)"
    )
    done = python(root, "-c", code)
    assert done.stderr.strip() == "[]"


@pytest.mark.slow
def test_a_ticket_answers_soon_after_the_enter_key(run: Callable[..., Done]) -> None:
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        run("ticket", "Where is my order A-10234?", "--customer", "C-1001")
        seconds.append(time.perf_counter() - started)
    assert statistics.median(seconds) < MEDIAN_SECONDS * MARGIN
