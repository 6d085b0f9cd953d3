"""Files that the terminal door reads and writes: nothing is lost, nothing is half written, each problem is one line."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from service.lines import BadLineError, objects
from tests.processes import TRIAGE, Done

GOOD = '{"id": 1, "text": "refund please"}\n'
Run = Callable[..., Done]


def one_line(done: Done, code: int) -> str:
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


@pytest.fixture
def tickets(tmp_path: Path) -> Path:
    """A file for `triage classify`."""
    file = tmp_path / "in.jsonl"
    file.write_text(GOOD, encoding="utf-8")
    return file


@pytest.mark.parametrize("name", ["in.jsonl", "symlink", "hard link"])
def test_classify_never_writes_over_what_it_reads(run: Run, tickets: Path, name: str) -> None:
    tickets.with_name("symlink").symlink_to(tickets)
    tickets.with_name("hard link").hardlink_to(tickets)
    other = tickets.with_name(name)
    for pair in ((tickets, other), (other, tickets)):
        assert "IN.jsonl" in one_line(run("classify", *map(str, pair)), 2)
        assert tickets.read_text(encoding="utf-8") == GOOD


@pytest.mark.parametrize("existing", [True, False])
def test_a_bad_line_leaves_out_as_it_was(run: Run, tickets: Path, existing: bool) -> None:
    tickets.write_text(GOOD * 300 + "[]\n", encoding="utf-8")  # the first chunk is written before
    out = tickets.with_name("out.jsonl")
    if existing:
        out.write_text("kept\n", encoding="utf-8")
    assert "Line 301" in one_line(run("classify", str(tickets), str(out)), 1)
    assert sorted(path.name for path in tickets.parent.iterdir()) == ["in.jsonl"] + ["out.jsonl"] * existing
    assert not existing or out.read_text(encoding="utf-8") == "kept\n"


def test_out_through_a_symlink_and_out_that_is_a_pipe(run: Run, tickets: Path) -> None:
    (tickets.parent / "other").mkdir()
    out, target = tickets.with_name("out.jsonl"), tickets.parent / "other" / "target.jsonl"
    out.symlink_to(target)
    assert run("classify", str(tickets), str(out)).returncode == 0
    assert out.is_symlink()
    assert json.loads(target.read_text(encoding="utf-8"))["category"] == "refund_request"
    done = run("classify", str(tickets), "/dev/stdout")
    assert json.loads(done.stdout)["category"] == "refund_request"


@pytest.mark.parametrize(
    ("out", "code"), [("missing/out.jsonl", 2), ("folder", 2), ("in.jsonl/out.jsonl", 2), ("/dev/full", 1)]
)
def test_an_out_that_can_not_be_written_is_named(run: Run, tickets: Path, out: str, code: int) -> None:
    (tickets.parent / "folder").mkdir()
    said = one_line(run("classify", str(tickets), str(tickets.parent / out)), code)
    assert ("No space left" if code == 1 else Path(out).parts[0]) in said


DEEP = b"[" * 100_000
NO_OBJECTS = [b"{", b"[1]", b"5", b"null", b'"\xff"', b"\xfe", b"1" * 9999, DEEP, b'{"a":' + DEEP, b"\x00"]


@pytest.mark.parametrize("line", NO_OBJECTS, ids=range(len(NO_OBJECTS)))
def test_a_line_that_is_no_object_is_named(line: bytes) -> None:
    found = objects([b'{"text": "a"}', b"  \n", line], "a text")
    assert next(found) == (1, {"text": "a"})
    with pytest.raises(BadLineError, match="Line 3 is not a JSON object with a text"):
        next(found)


@pytest.mark.parametrize("line", [DEEP, b'{"id": {}, "text": "a"}'], ids=["deep", "id"])
def test_classify_names_a_line_that_is_no_ticket(run: Run, tickets: Path, line: bytes) -> None:
    tickets.write_bytes(GOOD.encode() + line)
    assert "Line 2" in one_line(run("classify", str(tickets), str(tickets.with_name("out"))), 1)


BAD_INBOX = [b"[1]", b'{"text": 5}', b"{}", b'{"text": " "}', b'{"text": "a", "id": 5}', DEEP]


@pytest.mark.parametrize("line", BAD_INBOX, ids=range(len(BAD_INBOX)))
def test_the_demo_names_a_line_that_is_no_ticket(run: Run, tmp_path: Path, line: bytes) -> None:
    inbox = tmp_path / "inbox.jsonl"
    inbox.write_bytes(b'{"text": "hello"}\n\n' + line)
    assert "Line 3" in one_line(run("demo", "--inbox", str(inbox)), 1)


@pytest.mark.parametrize("command", [("shop",), ("doctor",)])
def test_a_folder_in_the_place_of_the_shop_is_named(run: Run, copied_var: Path, command: tuple[str, ...]) -> None:
    (copied_var / "shop.db").unlink()
    (copied_var / "shop.db").mkdir()
    done = run(*command, TRIAGE_VAR=str(copied_var))
    assert done.returncode == 1
    assert "shop.db is a folder" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert [path for path in copied_var.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("command", [("shop",), ("ticket", "hello"), ("demo",), ("classify", "in.jsonl", "out.jsonl")])
def test_a_file_in_the_place_of_var_is_named(tickets: Path, command: tuple[str, ...]) -> None:
    done = subprocess.run(
        [TRIAGE, *command],
        cwd=tickets.parent,
        env=os.environ | {"TRIAGE_VAR": str(tickets)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert str(tickets) in one_line(done, 1)
    assert tickets.read_text(encoding="utf-8") == GOOD


@pytest.mark.parametrize("text", ["-5 EUR was charged", "--help me"])
def test_a_ticket_may_begin_with_a_dash(run: Run, text: str) -> None:
    done = run("ticket", text, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["category"]


@pytest.mark.parametrize(
    "arguments",
    [["--jsn"], ["hello", "--jsn"], ["--jsn", "hello"], ["hello", "--custmer", "C-1001"], ["--a=b c"], ["-j"]],
)
def test_a_mistyped_option_is_wrong_use(run: Run, arguments: list[str]) -> None:
    done = run("ticket", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Error" in done.stderr
