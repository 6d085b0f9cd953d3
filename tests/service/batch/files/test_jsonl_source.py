"""JSON lines: an object a line, and a line that is none costs itself."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.batch.files.jsonl_source import LOOKED_AT, JsonlSource
from service.batch.records import LARGEST_RECORD, Record, Unreadable

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.dictionaries(st.text(max_size=5), VALUES, max_size=4), max_size=8))
def test_what_is_written_is_read(tmp_path: Path, rows: list[dict[str, object]]) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert [dict(one.values) for one in JsonlSource(file).records() if isinstance(one, Record)] == rows


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=300))
def test_from_every_place_the_same_goes_on(tmp_path: Path, noise: bytes) -> None:
    file = tmp_path / "in.jsonl"
    file.write_bytes(b'{"text": "a"}\n\n' + noise)
    source = JsonlSource(file)
    found = list(source.records())
    assert [one.place.number for one in found] == list(range(1, len(found) + 1))
    for at, one in enumerate(found):
        assert list(source.records(one.after)) == found[at + 1 :]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "no JSON object"),
        (b"[1]", "no JSON object"),
        (b'{"text": NaN}', "no JSON object"),
        (b"[" * 200_000, "no JSON object"),
        (b'{"text": "\xff"}', "not utf-8"),
        (b'{"text": "' + b"x" * LARGEST_RECORD + b'"}', "larger than"),
    ],
)
def test_a_broken_line_costs_itself(tmp_path: Path, line: bytes, reason: str) -> None:
    file = tmp_path / "in.jsonl"
    file.write_bytes(b'{"text": "a"}\n' + line + b'\n{"text": "b"}\n')
    first, broken, last = JsonlSource(file).records()
    assert isinstance(broken, Unreadable)
    assert reason in broken.reason
    assert broken.place.line == 2
    assert (first.place.line, last.place.line) == (1, 3)
    assert isinstance(last, Record)


def test_the_columns_are_the_keys_of_the_first_thousand_lines(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    rows = [{"text": "a", "early": 1}, *({"text": "a"} for _ in range(LOOKED_AT)), {"text": "a", "late": 1}]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert JsonlSource(file).columns == ("text", "early")
