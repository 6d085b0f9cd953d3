"""What is written: the input's own columns and ours, in a form that no spreadsheet runs and that every reader reads."""

import csv
import datetime
import decimal
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.batch.files.cell_values import as_text, safe_cell
from service.batch.files.parquet_sink import ParquetSink
from service.batch.files.parquet_source import ParquetSource
from service.batch.files.sinks import MORE, CsvSink, JsonlSink, Layout
from service.batch.records import Place, Record
from service.batch.rows import Row

FIELDS = ("category", "confidence", "flags", "order")
ANSWER = {"category": "a refund", "confidence": 0.5, "flags": ["late"], "order": {"id": "A-1"}}


def row(**values: object) -> Row:
    return Row(Record(Place(), Place(), values), str(values.get("id") or "made-1"), str(values["text"]))


def cells(sink: CsvSink, *rows: Row, answer: dict[str, object] = ANSWER) -> list[dict[str, str]]:
    made = sink.head() + sink.encode([(one, answer) for one in rows])
    return list(csv.DictReader(io.StringIO(made.decode())))


def test_csv_holds_the_inputs_columns_and_ours() -> None:
    sink = CsvSink(Layout(("id", "text"), "id", FIELDS), ",", more=False)
    (found,) = cells(sink, row(id="7", text='a "b"\nc'))
    assert found == {
        "id": "7",
        "text": 'a "b"\nc',
        "category": "a refund",
        "confidence": "0.5",
        "flags": '["late"]',
        "order": '{"id": "A-1"}',
    }


@given(st.text(max_size=20))
def test_no_cell_begins_as_a_formula(text: str) -> None:
    sink = CsvSink(Layout(("id", text or "x", "text"), "id", FIELDS), ",", more=False)
    made = (sink.head() + sink.encode([(row(id=text, text=text or "x"), ANSWER | {"category": text})])).decode()
    for line in csv.reader(io.StringIO(made, newline="")):
        assert not [cell for cell in line if cell.startswith(tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"))]


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_a_formula_is_kept_as_text(begin: str) -> None:
    assert safe_cell(f"{begin}cmd|' /C calc'!A0") == f"'{begin}cmd|' /C calc'!A0"
    assert safe_cell(f"a{begin}") == f"a{begin}"


def test_a_column_of_ours_gives_way() -> None:
    layout = Layout(("id", "text", "category"), "id", FIELDS)
    assert layout.names() == ("id", "text", "category", "triage_category", "confidence", "flags", "order")
    assert layout.values(row(id="1", text="x", category="theirs"), ANSWER)["category"] == "theirs"


def test_a_row_without_an_id_is_written_with_one() -> None:
    (found,) = cells(CsvSink(Layout(("text",), None, FIELDS), ",", more=False), row(text="x"))
    assert found["id"] == "made-1"
    (found,) = cells(CsvSink(Layout(("id", "text"), "id", FIELDS), ",", more=False), row(id="", text="x"))
    assert found["id"] == "made-1"


def test_keys_that_no_column_was_made_for_stand_in_a_last_one() -> None:
    (found,) = cells(CsvSink(Layout(("text",), None, FIELDS), ",", more=True), row(text="x", late=[1]))
    assert json.loads(found[MORE]) == {"late": [1]}


def test_jsonl_is_untouched() -> None:
    sink = JsonlSink(Layout(("id", "text"), "id", FIELDS))
    values = {"id": 7, "text": "=1+1 \u00e9", "nested": {"a": [None, True]}}
    assert json.loads(sink.encode([(row(**values), ANSWER)])) == values | ANSWER


def test_half_a_surrogate_pair_is_written_as_it_came() -> None:
    sink = JsonlSink(Layout(("id", "text"), "id", FIELDS))
    made = sink.encode([(row(id="1", text="a\ud800"), ANSWER)])
    assert json.loads(made)["text"] == "a\ud800"


def test_parquet_keeps_types_and_can_be_cut_back(tmp_path: Path) -> None:
    given_file, part, made = tmp_path / "in.parquet", tmp_path / "part", tmp_path / "out.parquet"
    table = pa.table(
        {
            "id": [1, 2, 3],
            "text": ["=a", "b", "c"],
            "at": [datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)] * 3,
            "paid": pa.array([decimal.Decimal("1.50")] * 3, pa.decimal128(8, 2)),
        }
    )
    pq.write_table(table, given_file)
    source = ParquetSource(given_file)
    sink = ParquetSink(Layout(source.columns, "id", FIELDS), source.schema, more=False)
    rows = [Row(one, str(one.values["id"]), one.values["text"]) for one in source.records() if isinstance(one, Record)]
    slices = [sink.encode([(rows[0], ANSWER)]), sink.encode([(rows[1], ANSWER), (rows[2], ANSWER)])]
    part.write_bytes(b"".join(slices))
    sink.finish(part, made)
    found = pq.read_table(made)
    assert found.select(table.column_names) == table
    assert found.column("flags").to_pylist() == [["late"]] * 3
    assert found.column("confidence").to_pylist() == [0.5] * 3
    assert json.loads(found.column("order")[0].as_py()) == {"id": "A-1"}
    part.write_bytes(slices[0])
    sink.finish(part, made)
    assert pq.read_table(made).num_rows == 1


def test_parquet_is_read_on_from_every_row(tmp_path: Path) -> None:
    file = tmp_path / "in.parquet"
    pq.write_table(pa.table({"text": [str(number) for number in range(2500)]}), file, row_group_size=700)
    source = ParquetSource(file)
    whole = list(source.records())
    assert [one.values["text"] for one in whole if isinstance(one, Record)] == [str(n) for n in range(2500)]
    for at in (0, 1, 699, 700, 701, 1023, 1024, 1400, 2498, 2499):
        assert list(source.records(whole[at].after)) == whole[at + 1 :]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("a", "a"),
        (1, "1"),
        (True, "true"),
        (0.5, "0.5"),
        ([1], "[1]"),
        (datetime.date(2026, 1, 1), "2026-01-01"),
        (decimal.Decimal("1.50"), "1.50"),
        (b"ab", "YWI="),
    ],
)
def test_a_cell_holds_text(value: object, text: str) -> None:
    assert as_text(value) == text
