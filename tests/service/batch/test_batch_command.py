"""`triage batch` as its users run it: a real process over real files."""

import csv
import json
import subprocess
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.processes import TRIAGE
from tests.service.batch.batches import batch, read_jsonl, tickets, write_csv, write_jsonl

ROWS = tickets(12)


@pytest.fixture(scope="module")
def classified(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classified CSV, with its input beside it."""
    folder = tmp_path_factory.mktemp("batch")
    done = batch(root, write_csv(folder / "in.csv", ROWS), folder / "out.csv", "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert "12 read, 12 written, 0 rejected" in done.stderr
    return folder


def test_rows_come_out_in_order_with_their_columns(classified: Path) -> None:
    with (classified / "out.csv").open(newline="", encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    assert [row["id"] for row in found] == [row["id"] for row in ROWS]
    assert [row["text"] for row in found] == [row["text"] for row in ROWS]
    assert list(found[0]) == [
        *("id", "text", "customer_id", "note"),
        *("category", "confidence", "priority", "flags", "release"),
    ]
    assert {row["note"] for row in found} <= {"'=1+1", "plain", "two\nlines"}
    assert found[0]["release"].startswith("embedded-")


def test_nothing_is_left_beside_it_but_a_summary(classified: Path) -> None:
    names = {file.name for file in classified.iterdir()}
    assert names == {"in.csv", "out.csv", "out.csv.summary.json"}
    told = json.loads((classified / "out.csv.summary.json").read_text(encoding="utf-8"))
    assert told["totals"]["rows"] == 12
    assert sum(told["totals"]["categories"].values()) == 12


@pytest.mark.slow
def test_done_before_is_not_done_again(root: Path, classified: Path) -> None:
    before = (classified / "out.csv").stat().st_mtime_ns
    done = batch(root, classified / "in.csv", classified / "out.csv", "--workers", "1")
    assert done.returncode == 0
    assert "done before" in done.stderr
    assert (classified / "out.csv").stat().st_mtime_ns == before


@pytest.mark.slow
def test_another_run_does_not_replace_it(root: Path, classified: Path) -> None:
    other = write_csv(classified.parent / "other.csv", tickets(3, seed=2))
    before = (classified / "out.csv").read_bytes()
    done = batch(root, other, classified / "out.csv", "--workers", "1")
    assert done.returncode == 2
    assert "belongs to another run: its input" in done.stderr
    assert done.stderr.count("\n") == 2  # what is read from where, and why not
    assert (classified / "out.csv").read_bytes() == before


@pytest.mark.slow
def test_full_adds_the_rest_as_json_text(root: Path, tmp_path: Path) -> None:
    rows = [{"id": "1", "text": "Where is my order A-10234?", "customer_id": "C-1001"}]
    done = batch(root, write_csv(tmp_path / "in.csv", rows), tmp_path / "out.csv", "--full", "--workers", "1")
    assert done.returncode == 0, done.stderr
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        (found,) = csv.DictReader(file)
    assert found["next_action"] == "reply"
    assert "A-10234" in found["reply"]
    assert json.loads(found["order"])["order_id"] == "A-10234"
    assert [call["name"] for call in json.loads(found["tool_calls"])] == ["look_up_order"]
    assert not {"ticket_id", "conversation_id", "latency_ms", "trace_id"} & set(found)
    assert "duration_ms" not in found["tool_calls"]


def test_bad_rows_are_set_aside_and_counted(root: Path, tmp_path: Path) -> None:
    lines = [
        b'{"id": "a", "text": "Where is my order?"}',
        b'{"id": "a", "text": "Again"}',
        b'{"id": "b"}',
        b"{",
        b'{"id": "c", "text": "\xff"}',
        b'{"id": "d", "text": "I want my money back."}',
    ]
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    done = batch(root, tmp_path / "in.jsonl", tmp_path / "out.jsonl", "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert "6 read, 2 written, 4 rejected" in done.stderr
    assert [row["id"] for row in read_jsonl(tmp_path / "out.jsonl")] == ["a", "d"]
    assert read_jsonl(tmp_path / "out.jsonl.rejected") == [
        {"line": 2, "id": "a", "reason": "this id was in an earlier line"},
        {"line": 3, "id": "b", "reason": "text is missing"},
        {"line": 4, "id": None, "reason": "no JSON object"},
        {"line": 5, "id": None, "reason": "not utf-8"},
    ]


@pytest.mark.slow
def test_strict_stops_at_the_first(root: Path, tmp_path: Path) -> None:
    write_jsonl(tmp_path / "in.jsonl", [{"id": "a", "text": "Where is it?"}, {"id": "b"}])
    done = batch(root, tmp_path / "in.jsonl", tmp_path / "out.jsonl", "--strict", "--workers", "1")
    assert done.returncode == 1
    assert "line 2: text is missing" in done.stderr
    assert not (tmp_path / "out.jsonl").exists()


@pytest.mark.slow
def test_what_is_said_twice_is_decided_once(root: Path, tmp_path: Path) -> None:
    write_jsonl(tmp_path / "in.jsonl", [{"id": number, "text": "Where is my order?"} for number in range(600)])
    done = batch(root, tmp_path / "in.jsonl", tmp_path / "out.jsonl", "--workers", "1")
    assert "599 with the answer of an earlier row" in " ".join(done.stderr.split())
    found = read_jsonl(tmp_path / "out.jsonl")
    assert [row["id"] for row in found] == list(range(600))
    assert len({row["confidence"] for row in found}) == 1


@pytest.mark.slow
def test_formats_are_changed_on_the_way(root: Path, tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "in.parquet")
    done = batch(root, tmp_path / "in.parquet", tmp_path / "out.jsonl", "--workers", "1")
    assert done.returncode == 0, done.stderr
    done = batch(root, tmp_path / "out.jsonl", tmp_path / "out.parquet", "--workers", "1")
    assert done.returncode == 0, done.stderr
    found = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert [row["id"] for row in found] == [row["id"] for row in ROWS]
    assert [row["triage_category"] for row in found] == [row["category"] for row in found]


@pytest.mark.slow
def test_a_pipe_carries_it(root: Path) -> None:
    lines = "".join(json.dumps(row) + "\n" for row in [*ROWS[:3], {"id": "t-0", "text": "again"}])
    done = subprocess.run(
        [TRIAGE, "batch", "-", "-", "--workers", "1"],
        cwd=root,
        input=lines,
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["t-0", "t-1", "t-2"]
    assert '"this id was in an earlier line"' in done.stderr


@pytest.mark.parametrize("name", ["in.xls", "in"])
def test_an_unknown_format_is_one_line(root: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("a", encoding="utf-8")
    done = batch(root, tmp_path / name, tmp_path / "out.csv")
    assert done.returncode == 2
    assert done.stderr == f"What {name} holds is not known: let it end in .csv, .jsonl or .parquet.\n"
    assert not (tmp_path / "out.csv.progress").exists()
