"""The judge's gate: shut without labels and for constant judges; its thresholds follow from their history."""

import asyncio
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.judge.calibration import Calibration, calibrate
from evals.judge.gate import CALIBRATION, BadThresholdsError, JudgeThresholds, decide, thresholds
from evals.judge.judges import JUDGES
from evals.judge.labels import review
from evals.judge.protocol import Grade
from tests.evals.judge.labelled import ANSWERS, AnswerKey, label, labels

FIRST = JudgeThresholds(labels=100, of_each_class=20, tpr=0.9, tnr=0.9, not_judged=0.1)
TEXT = CALIBRATION.read_text(encoding="utf-8")
ROW = """
[[history]]
on = 2027-01-01
changed_by = "the evaluation team"
what = "fewer labels suffice"
why = "to see whether this is read"
labels = 80
of_each_class = 20
tpr = 0.90
tnr = 0.90
not_judged = 0.10
"""


def calibrated(judge: object, yes: int, no: int, by: str = "k.o.") -> Calibration:
    rows = [label(one.item, one.label.value, by=by) for one in labels(yes, no)]
    return asyncio.run(calibrate(judge, ANSWERS, review(rows, "answers")))


def knowing(yes: int, no: int, misses: int = 0, false_alarms: int = 0, silent: int = 0) -> Calibration:
    """A judge that is right but for so many; what it is silent on comes off the first of the yes."""
    grades = [Grade.YES] * yes + [Grade.NO] * no
    grades[:silent] = [Grade.CANNOT_TELL] * silent
    grades[silent : silent + misses] = [Grade.NO] * misses
    grades[yes : yes + false_alarms] = [Grade.YES] * false_alarms
    return calibrated(AnswerKey({f"reply to i{n:04}": grade for n, grade in enumerate(grades)}), yes, no)


def test_a_good_judge_may_gate() -> None:
    assert decide(knowing(70, 30, misses=7, false_alarms=3), FIRST) == decide(knowing(80, 20), FIRST)
    assert decide(knowing(80, 20), FIRST).may_gate


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (knowing(69, 30), "99 human-reviewed items that it answered, 100 needed"),
        (knowing(81, 19), "19 of them labelled no, 20 needed"),
        (knowing(19, 81), "19 of them labelled yes, 20 needed"),
        (knowing(70, 30, misses=8), "TPR 0.886, 0.90 needed"),
        (knowing(70, 30, false_alarms=4), "TNR 0.867, 0.90 needed"),
        (knowing(100, 30, silent=14), "0.108 of the items not judged, at most 0.10 may be"),
        (knowing(80, 20, silent=1), "99 human-reviewed items that it answered, 100 needed"),
    ],
)
def test_each_threshold_shuts_the_gate_by_itself(found: Calibration, told: str) -> None:
    decision = decide(found, FIRST)
    assert (decision.may_gate, decision.reasons) == (False, (told,))


def test_without_labels_the_gate_stays_shut() -> None:
    assert decide(knowing(0, 0), FIRST).reasons == ("no human-reviewed labels",)


@pytest.mark.parametrize("by", ["", "gpt-4o", "llm"])
def test_labels_that_no_person_gave_open_nothing(by: str) -> None:
    decision = decide(calibrated(JUDGES["always-yes"](), 200, 50, by=by), FIRST)
    assert (decision.may_gate, decision.reasons) == (False, ("no human-reviewed labels",))


@pytest.mark.parametrize(("yes", "no"), [(200, 50), (980, 20), (999, 1), (1000, 0)])
def test_a_judge_that_always_says_yes_is_refused_even_where_nearly_all_is_yes(yes: int, no: int) -> None:
    found = calibrated(JUDGES["always-yes"](), yes, no)
    assert found.agreement.value >= 0.8
    decision = decide(found, FIRST)
    assert not decision.may_gate
    assert f"TNR {'0.000' if no else 'not measured'}, 0.90 needed" in decision.reasons


@pytest.fixture(scope="module")
def constant() -> list[Calibration]:
    mixes = ((60, 40), (99, 1), (100, 0), (0, 100))
    return [calibrated(JUDGES[name](), *mix) for name in ("always-yes", "always-no") for mix in mixes]


@settings(deadline=None)
@given(
    st.builds(
        JudgeThresholds,
        labels=st.integers(1, 50),
        of_each_class=st.integers(1, 20),
        tpr=st.floats(0.5, 1, exclude_min=True),
        tnr=st.floats(0.5, 1, exclude_min=True),
        not_judged=st.floats(0, 0.5, exclude_max=True),
    )
)
def test_no_thresholds_that_may_be_written_let_a_constant_judge_pass(
    constant: list[Calibration], least: JudgeThresholds
) -> None:
    assert not any(decide(found, least).may_gate for found in constant)


def test_the_thresholds_in_force_are_the_first_ones_and_the_history_starts_with_them() -> None:
    """Whoever changes a threshold adds a row; the first row stays what it is, so it is repeated here."""
    assert thresholds() == FIRST
    first = TEXT.split("\n[[history]]\n")[1]
    assert 'what = "first thresholds, set before any label existed"' in first
    for name, value in FIRST.model_dump().items():
        assert re.search(rf"^{name} = {value}0?$", first, re.MULTILINE), name


@pytest.mark.parametrize("name", ["labels", "of_each_class", "tpr", "tnr", "not_judged"])
def test_a_threshold_changed_by_hand_is_refused(tmp_path: Path, name: str) -> None:
    lower = {"labels": "50", "of_each_class": "5", "tpr": "0.80", "tnr": "0.80", "not_judged": "0.30"}[name]
    file = tmp_path / "CALIBRATION.md"
    file.write_text(re.sub(rf"^{name} = \S+", f"{name} = {lower}", TEXT, count=1, flags=re.MULTILINE), encoding="utf-8")
    with pytest.raises(BadThresholdsError, match=rf"CALIBRATION\.md: {name} is .* in the history.*needs its row"):
        thresholds(file)


def changed(text: str, labels: int, row: str) -> str:
    """Set the threshold of labels in the text and add a row to its history."""
    text = re.sub(r"^labels = \d+", f"labels = {labels}", text, count=1, flags=re.MULTILINE)
    return re.sub(r"(^not_judged = 0.10\n)(```$)", rf"\1{row}\2", text, flags=re.MULTILINE)


def test_a_change_with_its_row_holds(tmp_path: Path) -> None:
    file = tmp_path / "CALIBRATION.md"
    file.write_text(changed(TEXT, 80, ROW), encoding="utf-8")
    assert thresholds(file) == FIRST.model_copy(update={"labels": 80})


@pytest.mark.parametrize(
    "text",
    [
        changed(TEXT, 100, ROW),  # a row that nothing follows
        changed(TEXT, 80, ROW.replace("2027", "2025")),  # out of order
        changed(TEXT, 80, ROW.replace('"to see whether this is read"', '""')),
        changed(TEXT, 80, ROW.replace('changed_by = "the evaluation team"\n', "")),
        TEXT.replace("tpr = 0.90", "tpr = 0.50"),
        TEXT.replace("tnr = 0.90", "tnr = 0.0"),
        TEXT.replace("of_each_class = 20", "of_each_class = 0"),
        TEXT.replace("not_judged = 0.10\n", ""),
        TEXT.replace("[thresholds]", "[threshold]"),
        TEXT.replace("labels = 100", "labels = "),
        TEXT.replace("```toml", "```"),
        TEXT + "\n```toml\n[thresholds]\n```\n",
        "",
    ],
)
def test_malformed_thresholds_are_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "CALIBRATION.md"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadThresholdsError, match=r"CALIBRATION\.md"):
        thresholds(file)


def test_the_first_row_is_dated() -> None:
    found = re.search(r"^on = (\S+)$", TEXT, re.MULTILINE)
    assert found is not None
    assert date.fromisoformat(found[1]) >= date(2026, 11, 25)
