"""What the page says, part by part: numbers, cautions, gate, failures, and which results the command takes."""

import os
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.taxonomy import TAXONOMY
from evals.commands.report import found, report
from evals.report.cautions import cautions
from evals.report.failing import by_step, failing, shown_cases
from evals.report.head import gated, lead
from evals.report.measures import bar, measure_rows, says
from evals.report.writing import anchor, percent, visible
from evals.result import BadResultError, Result, save
from evals.statistics.estimate import Estimate

FIRST, SECOND, THIRD = list(TAXONOMY)[:3]
ANY_TEXT = st.text(alphabet=st.characters(codec=None), max_size=60)


@given(ANY_TEXT)
def test_nothing_hides_in_what_is_visible(text: str) -> None:
    shown = visible(text)
    shown.encode("utf-8")
    assert visible(shown) == shown
    assert not [char for char in shown if ord(char) < 32 and char not in "\n\t"]
    assert not set(shown) & {"\u202e", "\u200b", "\u2066", "\ufeff", "\x7f", "\x85", "\u2028"}


@given(st.text(alphabet=string.printable.replace("\r", ""), max_size=60))
def test_plain_text_stays_as_it_is(text: str) -> None:
    kept = "".join(char for char in text if char not in "\x0b\x0c")
    assert visible(kept) == kept
    assert visible(kept.replace("\n", "\r\n")) == kept


@given(ANY_TEXT, ANY_TEXT)
def test_anchors_fit_an_address_and_differ(one: str, other: str) -> None:
    assert not set(anchor(one)) - set(string.ascii_letters + string.digits + "_.~-")
    assert (anchor(one) == anchor(other)) == (one == other)


@given(st.floats(0, 1))
def test_a_percentage_is_never_rounded_to_all_or_nothing(share: float) -> None:
    assert (percent(share) == "100\u00a0%") == (share == 1)
    assert (percent(share) == "0\u00a0%") == (share == 0)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from([FIRST, SECOND, THIRD]), st.booleans(), st.booleans()), max_size=12))
def test_failures_are_all_cases_that_failed_and_each_once(
    make_case: Callable[..., Any], make_bare: Callable[..., Result], drawn: list[tuple[str, bool, bool]]
) -> None:
    cases = [
        make_case(
            f"case-{place}",
            name,
            name if right else next(other for other in TAXONOMY if other != name),
            located="classify" if located and not right else None,
        )
        for place, (name, right, located) in enumerate(drawn)
    ]
    result = make_bare(cases)
    groups = failing(result)
    listed = [one.case.id for category in groups for group in category.groups for one in group.shown]
    assert sorted(listed) == sorted(case.id for case in cases if not case.first.completed)
    assert set(shown_cases(result)) == set(listed)
    assert sum(count for _, count in by_step(groups)) == len(listed)
    for category in groups:
        assert category.cases == sum(case.category == category.category for case in cases)
        for group in category.groups:
            assert {(one.cause, one.step, one.case.category) for one in group.shown} == {
                (group.cause, group.step, category.category)
            }


def test_nothing_of_a_sealed_result_is_listed(full: Result) -> None:
    sealed = full.model_copy(update={"data": full.data.model_copy(update={"sealed": True})})
    assert failing(sealed) == []
    assert shown_cases(sealed) == {}


def test_weak_measures_are_marked_and_rivals_stand_beside(full: Result) -> None:
    rows = {row.name: row for row in measure_rows(full)}
    assert [name for name, row in rows.items() if row.weak] == ["action"]
    assert rows["action"].weak == "keywords reaches 0.720"
    assert rows["task completion"].others == ("0.400", "0.720")
    assert rows["task completion"].bar is not None
    assert rows["task completion"].bar.rival == 72.0
    assert rows["grounded"].value == "\u2013"
    assert rows["grounded"].bar is None


def test_every_measure_of_a_run_says_something() -> None:
    from evals.measures.rates import MEASURES, PASSES
    from evals.measures.retrieval import DEPTHS

    names = [one.name for one in MEASURES] + [f"pass^{k}" for k in PASSES] + [f"recall@{k}" for k in DEPTHS]
    assert [name for name in (*names, "macro_f1", "mrr", "silent_when_unanswerable") if not says(name)] == []
    assert says("never heard of") == ""


@given(st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_a_bar_holds_its_value(ends: list[float]) -> None:
    low, value, high = sorted(ends)
    made = bar(Estimate(value=value, low=low, high=high, n=3, method="test"))
    assert made is not None
    assert 0 <= made.low <= made.value <= made.high <= 100


def test_what_is_no_share_has_no_bar() -> None:
    assert bar(Estimate(value=12.0, low=10.0, high=14.0, n=3, method="test")) is None


def test_the_lead_is_the_main_measure(full: Result) -> None:
    assert lead(full).startswith("75\u00a0% of 37 tickets were handled right")
    assert "between 65\u00a0% and 85\u00a0%" in lead(full)
    assert lead(full.model_copy(update={"measures": {}})) == "The main measure could not be made."


def test_cautions_follow_from_the_result(full: Result) -> None:
    text = " ".join(cautions(full))
    for part in ("stands on 37 cases", "about 10 points", "That is few", "run once", "not a commit as it stands"):
        assert part in text, part
    assert "Fewer than 20 cases each" in text
    assert "say little of this one: action." in text
    assert "written by the agent's authors" in text
    assert "sealed" not in text
    clean = full.model_copy(
        update={"k": 4, "environment": full.environment.model_copy(update={"dirty": False}), "weak_measures": ()}
    )
    rest = " ".join(cautions(clean))
    assert not [part for part in ("run once", "not a commit", "say little") if part in rest]
    sealed = full.model_copy(update={"data": full.data.model_copy(update={"sealed": True})})
    assert "This result is sealed" in " ".join(cautions(sealed))


GATE = """
[least]
category = {least}
[most]
[ahead_of_trivial]
[[change]]
on = 2026-01-01
group = "least"
threshold = "category"
after = {after}
why = "a first value for the test"
"""


@pytest.mark.parametrize(
    ("text", "state", "lines"),
    [
        (GATE.format(least=0.7, after=0.7), "held", 0),
        (GATE.format(least=0.8, after=0.8), "not held", 1),
        (GATE.format(least=0.7, after=0.8), "unreadable", 1),
        ("[least", "unreadable", 1),
        ("change = []\n[least]\n[most]\n[ahead_of_trivial]\n", "empty", 0),
    ],
)
def test_the_gate_is_told_as_it_stands(full: Result, tmp_path: Path, text: str, state: str, lines: int) -> None:
    file = tmp_path / "gate.toml"
    file.write_text(text, encoding="utf-8")
    said = gated(full, file)
    assert (said.state, len(said.lines)) == (state, lines)


def test_the_newest_kept_result_is_taken_else_the_published_ones(tmp_path: Path) -> None:
    kept, published = tmp_path / "kept", tmp_path / "published"
    with pytest.raises(BadResultError, match="evals run"):
        found(kept, published)
    published.mkdir()
    for name in ("b.json", "a.json"):
        (published / name).touch()
    assert [file.name for file in found(kept, published)] == ["a.json", "b.json"]
    kept.mkdir()
    for age, name in enumerate(("new.json", "old.json", "older.json")):
        (kept / name).touch()
        os.utime(kept / name, (1000 - age, 1000 - age))
    (kept / "newest.html").touch()
    assert [file.name for file in found(kept, published)] == ["new.json"]


def test_the_command_writes_the_page_where_it_is_told(
    make_result: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(make_result([True, False]), tmp_path / "result.json")
    out = tmp_path / "new folder" / "page.html"
    report([tmp_path / "result.json"], out)
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert str(out) in capsys.readouterr().err
