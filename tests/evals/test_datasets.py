"""Data sets by name, and what is said of a file that is none."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.taxonomy import TAXONOMY
from evals.cases.case import Case
from evals.cases.loading import DATA, BadCaseError
from evals.datasets import CATEGORY, END_STATE, SMOKE_EVERY, data_set, load_labelled

LINE = {"id": "one", "text": "Where is my parcel?", "category": "order_shipping"}


def lines(*rows: dict[str, object]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def test_smoke_is_every_third_case_of_each_dev_file() -> None:
    dev, smoke = data_set("dev"), data_set("smoke")
    known = {case.id for case in dev.cases}
    assert {case.id for case in smoke.cases} <= known
    assert {case.expect.category for case in smoke.cases} == set(TAXONOMY)
    assert len(known) / SMOKE_EVERY <= len(smoke.cases) <= len(known) / SMOKE_EVERY + len(TAXONOMY)
    assert not dev.sealed
    assert not smoke.sealed
    assert dev.judged_by == END_STATE
    assert dev.sha256 != smoke.sha256


def test_the_holdout_is_sealed_by_whatever_way_it_is_named() -> None:
    file = next((DATA / "holdout").glob("*.yaml"))
    names = ["holdout", str(file), f"{file.parent}/../holdout/{file.name}"]
    sealed = [data_set(name).sealed for name in names]  # apart, so that a failure prints no case
    assert sealed == [True, True, True]


def test_a_file_of_ones_own_is_not_sealed(tmp_path: Path, make_claim: Callable[..., Case]) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(json.dumps([make_claim().model_dump(mode="json")]), encoding="utf-8")
    mine = data_set(str(file))
    assert (mine.name, mine.sealed, mine.judged_by, mine.cases) == ("mine", False, END_STATE, (make_claim(),))


def test_labelled_tickets_hold_the_category_and_leave_the_rest_open(tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text(lines(LINE | {"also_ok": ["order_change"], "note": "ignored"}), encoding="utf-8")
    mine = data_set(str(file))
    (case,) = mine.cases
    assert mine.judged_by == CATEGORY
    assert (case.text, case.expect.category, case.expect.also_ok) == (LINE["text"], LINE["category"], ("order_change",))
    assert set(case.expect.action) == TAXONOMY["order_shipping"].actions
    assert case.about == "one"
    file.write_text(lines(LINE | {"also_ok": ["order_change"]}), encoding="utf-8")
    assert data_set(str(file)).sha256 == mine.sha256
    file.write_text(lines(LINE), encoding="utf-8")
    assert data_set(str(file)).sha256 != mine.sha256


def test_line_ends_within_a_text_do_not_end_a_line(tmp_path: Path) -> None:
    text = "one\u2028two\x85three"
    (tmp_path / "mine.jsonl").write_text(lines(LINE | {"text": text}), encoding="utf-8")
    assert [ticket.text for ticket in load_labelled(tmp_path)] == [text]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "no labelled tickets"),
        ("{", "line 1"),
        (lines(LINE) + "\n" + lines(LINE), "line 2"),
        (lines(LINE, {"id": "two", "text": "x"}), "line 2: category"),
        (lines(LINE | {"id": 5}), "line 1: id"),
        (lines(LINE | {"category": "shipping"}), "line 1: shipping is not a category"),
        (lines(LINE | {"also_ok": ["nothing"]}), "nothing is not a category"),
        (lines(LINE, LINE), "'one' is used twice"),
    ],
)
def test_what_is_no_labelled_ticket_is_said_in_one_line(tmp_path: Path, content: str, says: str) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(BadCaseError, match=says) as raised:
        data_set(str(file))
    assert "\n" not in str(raised.value)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.jsonl").write_bytes(b'{"id": "\xff"}')
    with pytest.raises(BadCaseError, match=r"mine\.jsonl is not UTF-8"):
        data_set(str(tmp_path / "mine.jsonl"))


@pytest.mark.parametrize("name", ["nonsense", "absent.yaml", "absent.jsonl", "absent.csv", ""])
def test_an_unknown_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadCaseError, match=r"is no data set|no labelled tickets"):
        data_set(name)
