"""`python -m evals judge calibrate` as it is typed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evals.judge.command import app
from evals.judge.confusion import Confusion
from evals.judge.correction import corrected_rate
from evals.judge.labels import Label
from evals.labelling import items_of
from tests.evals.judge.labelled import label, labels, write

RESULTS = Path(__file__).parents[3] / "evals" / "results"
DEV, SEALED = RESULTS / "embedded-dev.json", RESULTS / "embedded-holdout.json"
GOOD, BAD = "Your parcel leaves tomorrow.", "Bedding can be sent back."


def agreeing_with_overlap(criterion: str = "answers") -> list[Label]:
    return [
        label(
            f"i{n}",
            "yes" if n < 70 else "no",
            criterion=criterion,
            ticket="Where is my parcel?",
            reply=GOOD if n < 70 else BAD,
        )
        for n in range(110)
    ]


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["calibrate", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


def test_a_judge_that_may_gate_by_all_criteria_is_0(tmp_path: Path) -> None:
    file = write(tmp_path / "labels.jsonl", [*agreeing_with_overlap(), *agreeing_with_overlap("tone")])
    code, out, err = run(file)
    assert code == 0
    assert "overlap on answers v1" in out
    assert "overlap on tone v1" in out
    assert "TPR" in out
    assert "1.000 [0.948, 1.000] n=70" in out
    assert err == "The judge may gate.\n"


def test_a_criterion_without_labels_keeps_the_gate_shut_unless_it_is_left_out(tmp_path: Path) -> None:
    file = write(tmp_path / "labels.jsonl", agreeing_with_overlap())
    code, out, err = run(file)
    assert code == 1
    assert "no: no human-reviewed labels" in out
    assert "CALIBRATION.md" in err
    assert run(file, "--criterion", "answers")[0] == 0
    assert run(file, "--criterion", "tone")[0] == 1


def test_an_always_yes_judge_is_refused_with_the_reason(tmp_path: Path) -> None:
    file = write(tmp_path / "labels.jsonl", labels(300, 20))
    code, out, _ = run(file, "--judge", "always-yes", "--criterion", "answers")
    assert code == 1
    assert "TNR 0.000, 0.90 needed" in out
    assert "always yes" in out


def test_an_empty_file_keeps_the_gate_shut(tmp_path: Path) -> None:
    code, out, _ = run(write(tmp_path / "labels.jsonl", []))
    assert code == 1
    assert out.count("no human-reviewed labels") == 2


def test_people_stand_beside_the_judge(tmp_path: Path) -> None:
    rows = [*agreeing_with_overlap(), *(one.model_copy(update={"by": "b.b."}) for one in agreeing_with_overlap()[::3])]
    _, out, _ = run(write(tmp_path / "labels.jsonl", rows), "--criterion", "answers")
    assert "kappa b.b. / k.o." in out
    assert "n=37" in out


@pytest.mark.parametrize("by", ["overlap", "always-yes", ""])
def test_a_judge_can_not_label_for_people(tmp_path: Path, by: str) -> None:
    rows = [one.model_copy(update={"by": by}) for one in agreeing_with_overlap()]
    code, out, _ = run(write(tmp_path / "labels.jsonl", rows), "--criterion", "answers")
    assert code == 1
    assert "110 not by people" in out
    assert "no human-reviewed labels" in out


def test_names_and_labels_can_not_style_the_table(tmp_path: Path) -> None:
    rows = [label("a", "yes", by=by) for by in ("[red]x[/red]", "[/] y")]
    _, out, _ = run(write(tmp_path / "labels.jsonl", rows), "--criterion", "answers")
    assert "[red]x[/red]" in out
    assert "[/] y" in out


def test_json_is_one_object_on_standard_output(tmp_path: Path) -> None:
    code, out, err = run(write(tmp_path / "labels.jsonl", labels(30, 30)), "--json")
    report = json.loads(out)
    assert (code, err) == (1, "")
    assert report["may_gate"] is False
    assert [one["calibration"]["criterion"] for one in report["criteria"]] == ["answers", "tone"]
    assert report["criteria"][0]["calibration"]["tpr"]["n"] == 30
    assert report["thresholds"]["labels"] == 100


def test_a_broken_line_is_wrong_use_and_named(tmp_path: Path) -> None:
    file = write(tmp_path / "labels.jsonl", labels(2, 2))
    file.write_text(file.read_text(encoding="utf-8") + '{"item": 3}\n', encoding="utf-8")
    code, out, err = run(file)
    assert (code, out) == (2, "")
    assert err.startswith("labels.jsonl, line 5: ")


@pytest.mark.parametrize("wrong", [["--judge", "oracle"], ["--criterion", "humour"], ["--nonsense"]])
def test_what_does_not_exist_is_wrong_use(tmp_path: Path, wrong: list[str]) -> None:
    assert run(write(tmp_path / "labels.jsonl", labels(1, 1)), *wrong)[0] == 2


def test_a_missing_file_is_wrong_use(tmp_path: Path) -> None:
    assert run(tmp_path / "none.jsonl")[0] == 2


def test_importing_the_command_loads_nothing_heavy() -> None:
    code = "import sys, evals.judge.command; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & {"sklearn", "scipy", "statsmodels", "numpy", "pandas"}


def grade(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["grade", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


def test_grade_prints_the_raw_and_the_corrected_rate_of_replies_without_labels(tmp_path: Path) -> None:
    told = [*agreeing_with_overlap()[:105], label("i120", "no", ticket="Where is my parcel?", reply=GOOD)]
    file = write(tmp_path / "labels.jsonl", told)
    code, out, _ = grade(DEV, "--labels", file, "--criterion", "answers", "--json")
    report = json.loads(out)
    (rate,) = report["criteria"]
    confusion = Confusion(tp=70, fn=0, tn=35, fp=1)
    judged, yes = rate["raw"]["n"], round(rate["raw"]["value"] * rate["raw"]["n"])
    assert code == 0
    assert report["labelled"] == 0
    assert judged + rate["raw"]["unjudged"] == report["replies"] > 20
    assert rate["corrected"] == corrected_rate(yes, judged, confusion, rate["raw"]["unjudged"]).model_dump()
    assert rate["corrected"]["value"] < rate["raw"]["value"]


def test_grade_leaves_labelled_replies_out(tmp_path: Path) -> None:
    first = items_of(DEV)[0]
    known = label(first.id, "yes", ticket=first.ticket, reply=first.reply or "")
    file = write(tmp_path / "labels.jsonl", [*agreeing_with_overlap(), known])
    _, out, _ = grade(DEV, "--labels", file, "--json")
    assert json.loads(out)["labelled"] == 1


def test_grade_refuses_to_correct_a_judge_that_always_says_yes(tmp_path: Path) -> None:
    file = write(tmp_path / "labels.jsonl", agreeing_with_overlap())
    code, out, err = grade(DEV, "--labels", file, "--judge", "always-yes", "--criterion", "answers")
    assert code == 1
    assert "1.000" in out
    assert "refused" in out
    assert "CALIBRATION.md" in err


def test_grade_of_a_sealed_result_says_why_it_can_not(tmp_path: Path) -> None:
    file = write(tmp_path / "labels.jsonl", agreeing_with_overlap())
    code, _, err = grade(SEALED, "--labels", file)
    assert code == 2
    assert "holds no replies" in err
