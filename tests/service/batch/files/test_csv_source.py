"""CSV is read as it comes: whole rows whatever they hold, and a broken one costs itself."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.batch.files.csv_source import CsvSource
from service.batch.records import LARGEST_RECORD, BadInputError, Place, Record, Unreadable

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=20)


def written(file: Path, rows: list[list[str]], *, delimiter: str = ",", end: str = "\n") -> Path:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(rows)
    file.write_bytes(text.getvalue().encode())
    return file


def read(file: Path, start: Place | None = None) -> list[Record | Unreadable]:
    return list(CsvSource(file).records(start))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=12), st.sampled_from(["\n", "\r\n"]))
def test_what_is_written_is_read(tmp_path: Path, rows: list[list[str]], end: str) -> None:
    found = read(written(tmp_path / "in.csv", [["a", "b", "c"], *rows], end=end))
    assert [list(record.values.values()) for record in found if isinstance(record, Record)] == rows


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=300))
def test_from_every_place_the_same_goes_on(tmp_path: Path, noise: bytes) -> None:
    """Whatever the bytes are: what is behind a record does not depend on where reading began."""
    file = tmp_path / "in.csv"
    file.write_bytes(b"a,b\n" + noise)
    found = read(file)
    assert [one.place.number for one in found] == list(range(1, len(found) + 1))
    for at, one in enumerate(found):
        assert read(file, one.place) == found[at:]
        assert read(file, one.after) == found[at + 1 :]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'1,"open', "quote is not closed"),
        (b'2,"a"b', "broken quoting"),
        (b"3,\xff\xfe", "not utf-8"),
        (b"4", "fields"),
        (b"5,a,b", "fields"),
        (b"6," + b"x" * LARGEST_RECORD, "larger than"),
        (b'7,"' + (b"x" * 999 + b"\n") * (LARGEST_RECORD // 900), "larger than"),
    ],
)
def test_a_broken_record_costs_itself(tmp_path: Path, line: bytes, reason: str) -> None:
    file = tmp_path / "in.csv"
    file.write_bytes(b'id,text\na,"one\nand two"\n' + line + b"\nb,three\n")
    found = read(file)
    first, broken, last = found[0], found[1], found[-1]
    assert isinstance(first, Record)
    assert first.values == {"id": "a", "text": "one\nand two"}
    assert isinstance(broken, Unreadable)
    assert reason in broken.reason
    assert broken.place.line == 4
    assert isinstance(last, Record)
    assert last.values == {"id": "b", "text": "three"}


def test_empty_lines_and_a_byte_order_mark_are_nothing(tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_bytes("\ufeffid,text\n\n1,a\n\n\n2,b\n\n".encode())
    assert [dict(one.values) for one in read(file) if isinstance(one, Record)] == [
        {"id": "1", "text": "a"},
        {"id": "2", "text": "b"},
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    file = written(tmp_path / "in.csv", [["id", "text"], ["1", "a, b; c"]], delimiter=delimiter)
    assert CsvSource(file).columns == ("id", "text")
    assert [one.values["text"] for one in read(file) if isinstance(one, Record)] == ["a, b; c"]


def test_another_encoding_is_read_where_it_is_named(tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_bytes("id,text\n1,caf\u00e9\n".encode("cp1252"))
    assert [type(one) for one in read(file)] == [Unreadable]
    (found,) = CsvSource(file, "cp1252").records()
    assert isinstance(found, Record)
    assert found.values["text"] == "caf\u00e9"


@pytest.mark.parametrize(
    ("content", "encoding", "words"),
    [
        (b"", "utf-8", "no header"),
        (b"\n1,2\n", "utf-8", "no header"),
        (b"a,a\n", "utf-8", "two columns named 'a'"),
        (b'"a\n', "utf-8", "no line of CSV"),
        (b"\xff\xfea\x00", "utf-8", "UTF-16"),
        (b"caf\xe9,b\n", "utf-8", "--encoding"),
        (b"a,b\n", "utf-16", "convert"),
        (b"a,b\n", "klingon", "no encoding"),
    ],
)
def test_what_is_no_csv_is_one_line(tmp_path: Path, content: bytes, encoding: str, words: str) -> None:
    file = tmp_path / "in.csv"
    file.write_bytes(content)
    with pytest.raises(BadInputError, match=words) as problem:
        CsvSource(file, encoding)
    assert "\n" not in str(problem.value)
