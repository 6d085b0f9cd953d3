"""The gate fails on what it is there for, and its thresholds can't be lowered unseen."""

from collections.abc import Callable
from pathlib import Path

import pytest

from evals.gate import GATE, BadGateError, failures, load_gate
from evals.result import Comparison, Result
from evals.statistics.estimate import Estimate

MINE = """
[least]
category = 0.8
[most]
p95_ms = 3000.0
reading_ratio_p50 = 3.0
[ahead_of_trivial]
category = 0.2

[[change]]
on = 2026-01-01
group = "least"
threshold = "category"
after = 0.8
why = "a first value for the test"
[[change]]
on = 2026-01-01
group = "most"
threshold = "p95_ms"
after = 3000.0
why = "a first value for the test"
[[change]]
on = 2026-01-01
group = "most"
threshold = "reading_ratio_p50"
after = 3.0
why = "a first value for the test"
[[change]]
on = 2026-01-01
group = "ahead_of_trivial"
threshold = "category"
after = 0.2
why = "a first value for the test"
"""


def said(value: float | None) -> Estimate:
    ends = (value, value) if value is not None else (None, None)
    return Estimate(value=value, low=ends[0], high=ends[1], n=100, method="test")


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    file = tmp_path / "gate.toml"
    file.write_text(MINE, encoding="utf-8")
    return file


@pytest.fixture
def good(make_result: Callable[..., Result]) -> Result:
    trivial = Comparison(name="keywords", trivial=True, measures={"category": said(0.5)}, wall_ms_p50=0.0)
    result = make_result()
    operations = result.operations.model_copy(
        update={"steps_ms": {"ticket": {"p95": said(40.0)}}, "reading_ratio": {"p50": 2.0, "p95": 2.0}}
    )
    update = {"measures": {"category": said(0.9)}, "others": (trivial,), "operations": operations}
    return result.model_copy(update=update)


def test_a_good_result_holds(good: Result, mine: Path) -> None:
    assert list(failures(good, load_gate(mine))) == []


def test_a_broken_category_fails(good: Result, mine: Path) -> None:
    broken = good.model_copy(update={"measures": {"category": said(0.79)}})
    assert [line.split()[0] for line in failures(broken, load_gate(mine))] == ["category"]


def test_a_measure_that_was_not_made_fails(good: Result, mine: Path) -> None:
    for missing in ({}, {"category": said(None)}):
        assert len(list(failures(good.model_copy(update={"measures": missing}), load_gate(mine)))) == 2


def test_a_doubled_latency_fails(good: Result, mine: Path) -> None:
    doubled = good.operations.model_copy(update={"reading_ratio": {"p50": 4.0, "p95": 4.0}})
    lines = list(failures(good.model_copy(update={"operations": doubled}), load_gate(mine)))
    assert lines == ["reading_ratio_p50 is 4.000, at most 3.0 is due"]


def test_a_slow_p95_fails(good: Result, mine: Path) -> None:
    slow = good.operations.model_copy(update={"steps_ms": {"ticket": {"p95": said(3001.0)}}})
    assert list(failures(good.model_copy(update={"operations": slow}), load_gate(mine))) == [
        "p95_ms is 3001.000, at most 3000.0 is due"
    ]


def test_an_agent_that_is_no_better_than_a_trivial_one_fails(good: Result, mine: Path) -> None:
    near = Comparison(name="keywords", trivial=True, measures={"category": said(0.75)}, wall_ms_p50=0.0)
    (line,) = failures(good.model_copy(update={"others": (near,)}), load_gate(mine))
    assert "keywords: 0.750" in line
    (line,) = failures(good.model_copy(update={"others": ()}), load_gate(mine))
    assert "can't be compared" in line


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("category = 0.8\n[most]", "category = 0.7\n[most]"),  # lowered by hand
        ("p95_ms = 3000.0\nreading", "p95_ms = 9000.0\nreading"),  # raised by hand
        ("category = 0.8\n[most]", "[most]"),  # dropped by hand
        ("after = 0.8", "before = 0.9\nafter = 0.8"),  # a history that starts elsewhere
        ('why = "a first value for the test"', 'why = "short"'),  # a reason that is none
        ("[least]", "[least"),
    ],
)
def test_a_threshold_that_its_history_does_not_lead_to_is_refused(mine: Path, was: str, now: str) -> None:
    assert was in MINE
    mine.write_text(MINE.replace(was, now, 1), encoding="utf-8")
    with pytest.raises(BadGateError):
        load_gate(mine)


def test_a_change_with_a_reason_is_accepted(mine: Path) -> None:
    change = (
        '[[change]]\non = 2026-02-01\ngroup = "least"\nthreshold = "category"\n'
        'before = 0.8\nafter = 0.7\nwhy = "harder cases were added"\n'
    )
    text = MINE.replace("category = 0.8\n[most]", "category = 0.7\n[most]", 1) + change
    mine.write_text(text, encoding="utf-8")
    assert load_gate(mine).least == {"category": 0.7}


def test_the_shipped_gate_is_what_its_history_says() -> None:
    gate = load_gate(GATE)
    assert gate.most["p95_ms"] == 3000
    assert gate.ahead_of_trivial
