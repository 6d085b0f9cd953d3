"""However often a job is interrupted, and however slow its engine is: what it writes depends on its input alone."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.service.batch.batches import write_jsonl
from tests.service.batch.jobs import INPUTS, ROWS, Company, Interrupted, results, run


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
