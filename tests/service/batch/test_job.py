"""However often a job is interrupted, and however slow its engine is: what it writes depends on its input alone."""

import hashlib
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.batch.answers import FAILED, FIELDS, Answer, Depth
from service.batch.columns import Columns
from service.batch.job import Job, Terms
from service.batch.jsonl_source import JsonlSource
from service.batch.output_place import opened_part
from service.batch.rows import Admission
from service.batch.run_state import RunState
from service.batch.sinks import JsonlSink, Layout
from service.batch.totals import Totals
from service.batch.worker import Asked
from service.batch.writing import Writer
from tests.service.batch.batches import write_jsonl

T = TypeVar("T")
COLUMNS = Columns("text", "id")
ROWS = 4  # records a slice
INPUTS = st.lists(
    st.fixed_dictionaries(
        {"id": st.integers(0, 30), "text": st.sampled_from(["", "a", "b", "c", "d", "fails"])},
        optional={"note": st.none()},
    ),
    max_size=40,
)


class Interrupted(Exception):
    """A run ends here."""


class Company:
    """An engine whose answers depend on who else is asked with them, as a batch's last digits do."""

    def __init__(self, *, ahead: int, ends_after: int | None = None) -> None:
        self.ahead = ahead
        self.ends_after = ends_after
        self.asked: list[str] = []

    def run(self, pieces: Iterator[tuple[T, Sequence[Asked]]]) -> Iterator[tuple[T, list[Answer]]]:
        under: deque[tuple[T, list[Answer]]] = deque()
        done = 0
        for piece, rows in pieces:
            self.asked += [row.text for row in rows]
            under.append((piece, [self.answer(row, rows) for row in rows]))
            if len(under) > self.ahead:
                if done == self.ends_after:
                    raise Interrupted
                done += 1
                yield under.popleft()
        while under:
            if done == self.ends_after:
                raise Interrupted
            done += 1
            yield under.popleft()

    def answer(self, row: Asked, rows: Sequence[Asked]) -> Answer:
        if row.text == "fails":
            return {FAILED: "ZeroDivisionError"}
        company = hashlib.sha256("|".join(one.text for one in rows).encode()).digest()[0] / 256
        said = {"category": row.text, "confidence": company, "priority": "low", "flags": [], "release": "r"}
        return said | {"usage": {"cost_usd": 1.0, "llm_calls": 1}}


def run(folder: Path, source: Path, engine: Company, **terms: object) -> str | None:
    """Run a job from where it was; return why it stopped."""
    with ExitStack() as stack:
        state = stack.enter_context(RunState(folder / "state.sqlite3"))
        if state.belongs() is None:
            state.begin({})
        kept = state.read()
        output = stack.enter_context(opened_part(folder / "output", kept.output))
        rejected = stack.enter_context(opened_part(folder / "rejected", kept.rejected))
        layout = Layout(("id", "text"), "id", FIELDS[Depth.CLASSIFY])
        writer = Writer(output, rejected, state, JsonlSink(layout), lasting=False)
        admission = Admission(COLUMNS, "0" * 64, state.known)
        job = Job(JsonlSource(source), admission, state, writer, Terms(Depth.CLASSIFY, ROWS, **terms))  # type: ignore[arg-type]
        job.run(engine, lambda _: None)
        return job.stopped


def results(folder: Path) -> tuple[bytes, bytes, Totals]:
    with RunState(folder / "state.sqlite3") as state:
        return (folder / "output").read_bytes(), (folder / "rejected").read_bytes(), state.read().totals


@settings(deadline=None, max_examples=60)
@given(INPUTS, st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), max_size=4), st.integers(0, 3))
def test_interruptions_and_speed_change_nothing(
    rows: list[dict[str, object]], interruptions: list[tuple[int, int]], ahead: int
) -> None:
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        source = write_jsonl(Path(one) / "in.jsonl", rows)
        for ends_after, far in interruptions:
            try:
                run(Path(one), source, Company(ahead=far, ends_after=ends_after))
            except Interrupted:
                with (Path(one) / "output").open("ab") as part:
                    part.write(b"half a row that nobody kept")
        run(Path(one), source, Company(ahead=ahead))
        run(Path(other), source, Company(ahead=0))
        assert results(Path(one)) == results(Path(other))


@settings(deadline=None, max_examples=40)
@given(INPUTS)
def test_each_row_comes_out_once_or_is_rejected(rows: list[dict[str, object]]) -> None:
    with TemporaryDirectory() as folder:
        engine = Company(ahead=2)
        run(Path(folder), write_jsonl(Path(folder) / "in.jsonl", rows), engine)
        output, rejected, totals = results(Path(folder))
    first = {row["id"]: row["text"] for row in reversed(rows) if row["text"]}
    good = [text for text in first.values() if text != "fails"]
    assert (totals.rows, totals.written) == (len(rows), len(good))
    assert output.count(b"\n") == len(good)
    assert rejected.count(b"\n") == len(rows) - len(good) == sum(totals.rejected.values())
    assert sorted(engine.asked) == sorted(set(first.values()))


def test_a_bound_on_cost_ends_before_it_is_passed(tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "in.jsonl", [{"id": at, "text": f"text {at}"} for at in range(100)])
    stopped = run(tmp_path, source, Company(ahead=2), most_cost=20.0)
    assert stopped is not None
    assert "of 20" in stopped
    assert 12 <= results(tmp_path)[2].cost_usd <= 20 + 3 * ROWS
    assert run(tmp_path, source, Company(ahead=2)) is None
    assert results(tmp_path)[2].written == 100


@pytest.mark.parametrize(("rows", "line"), [([{"id": 1, "text": "a"}, {"id": 1, "text": "b"}], "line 2")])
def test_strict_names_the_line(tmp_path: Path, rows: list[dict[str, object]], line: str) -> None:
    stopped = run(tmp_path, write_jsonl(tmp_path / "in.jsonl", rows), Company(ahead=1), strict=True)
    assert stopped is not None
    assert stopped.startswith(line)
    assert results(tmp_path)[0] == b""
