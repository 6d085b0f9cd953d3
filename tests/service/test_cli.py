"""The terminal door as its users meet it: real processes, exit codes, what goes to which stream."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import jsonschema
import pytest

from agent.decision import SCHEMA_FILE

TRIAGE = Path(sys.executable).with_name("triage")
MEDIAN_SECONDS = 3.0
MARGIN = 2.0  # these machines are shared


def triage(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [TRIAGE, *arguments],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


@pytest.fixture
def run(root: Path):  # type: ignore[no-untyped-def]
    def call(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return triage(*arguments, cwd=root, **environment)

    return call


def test_a_ticket_is_answered_in_words(run) -> None:  # type: ignore[no-untyped-def]
    done = run("ticket", "Where is my order A-10234?", "--customer", "C-1001")
    assert (done.returncode, done.stderr) == (0, "")
    assert "A-10234 was delivered on" in done.stdout
    assert "look_up_order: ok" in done.stdout


def test_json_is_the_decision_and_nothing_else(run) -> None:  # type: ignore[no-untyped-def]
    done = run("ticket", "I want my money back for A-10234", "--customer", "C-1001", "--json")
    assert done.returncode == 0
    decision = json.loads(done.stdout)
    jsonschema.validate(decision, json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))
    assert decision["next_action"] == "offer_refund"
    assert decision["refund"]["evidence_id"] in {call["id"] for call in decision["tool_calls"]}


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u200b", "\u202e", "\n"])
def test_an_empty_ticket_is_wrong_use(run, text: str) -> None:  # type: ignore[no-untyped-def]
    done = run("ticket", text)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [["ticket"], ["ticket", "hello", "--release", "nonsense"], ["nonsense"], ["classify", "absent.jsonl", "out.jsonl"]],
)
def test_wrong_use_is_said_without_a_traceback(run, arguments: Sequence[str]) -> None:  # type: ignore[no-untyped-def]
    done = run(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr


@pytest.mark.parametrize(
    "text", ["\x1b[31mred", "a\x07b \U0001f642 \u0661", "lone \udcff surrogate", "<script>{{7*7}}"]
)
def test_odd_bytes_from_a_terminal_end_in_a_decision(root: Path, text: str) -> None:
    done = subprocess.run(
        [TRIAGE, "ticket", os.fsencode(text), "--json"], cwd=root, capture_output=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["category"]


def test_a_wrong_setting_is_one_line(run) -> None:  # type: ignore[no-untyped-def]
    done = run("ticket", "hello", TRIAGE_THREADS="many")
    assert done.returncode == 2
    assert "threads" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_shop_is_listed(run) -> None:  # type: ignore[no-untyped-def]
    listing = json.loads(run("shop", "--json").stdout)
    assert len(listing["customers"]) >= 60
    assert len(listing["orders"]) >= 300
    assert {"order_id", "customer_id", "status"} <= set(listing["orders"][0])
    assert "A-10234" in run("shop").stdout


def test_classify_writes_a_line_for_every_line(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
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
def test_classify_names_the_line_that_is_none(run, tmp_path: Path, line: str) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "in.jsonl").write_text('{"id": 1, "text": "hello"}\n' + line + "\n", encoding="utf-8")
    done = run("classify", str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl"))
    assert done.returncode == 1
    assert "Line 2" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_demo_triages_the_inbox(run, root: Path) -> None:  # type: ignore[no-untyped-def]
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
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_a_ticket_answers_soon_after_the_enter_key(run) -> None:  # type: ignore[no-untyped-def]
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        run("ticket", "Where is my order A-10234?", "--customer", "C-1001")
        seconds.append(time.perf_counter() - started)
    assert statistics.median(seconds) < MEDIAN_SECONDS * MARGIN
