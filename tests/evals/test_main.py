"""The command line: every foreseen wrong use is one line and the right exit code, and the start loads nothing heavy."""

import ast
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evals.__main__ import app, main
from evals.cases.case import Case
from evals.result import Result, save
from evals.statistics.estimate import Estimate
from tests.processes import python

COMMANDS = ("run", "compare", "report", "gate", "label", "public", "check-data", "judge", "bench")
NOT_HELD = """
[least]
task_completion = 0.9
[most]
[ahead_of_trivial]
[[change]]
on = 2026-01-01
group = "least"
threshold = "task_completion"
after = 0.9
why = "a value that this result does not reach"
"""
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], var: Path) -> Run:
    """Run the command line in this process; returns exit code and what was said on either stream."""

    def call(*arguments: str, **environment: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["evals", *arguments])
        for name, value in ({"TRIAGE_VAR": str(var)} | environment).items():
            monkeypatch.setenv(name, value)
        try:
            main()
        except SystemExit as ended:
            said = capsys.readouterr()
            return int(ended.code or 0), said.out, said.err
        said = capsys.readouterr()
        return 0, said.out, said.err

    return call


@pytest.fixture
def files(tmp_path: Path, make_result: Callable[..., Result], make_claim: Callable[..., Case]) -> Path:
    """A folder with files of every kind, right and wrong."""
    (tmp_path / "bad.yaml").write_text("- id: [", encoding="utf-8")
    (tmp_path / "no-case.yaml").write_text("- {id: a-1, text: hello}", encoding="utf-8")
    unsound = make_claim(text="I would like my money back.").model_dump(mode="json")
    (tmp_path / "unsound.yaml").write_text(json.dumps([unsound]), encoding="utf-8")
    (tmp_path / "sound.yaml").write_text(json.dumps([make_claim().model_dump(mode="json")]), encoding="utf-8")
    (tmp_path / "bad.jsonl").write_text('{"id": "one"}\n', encoding="utf-8")
    (tmp_path / "bad.json").write_text('{"report": "of something else"}', encoding="utf-8")
    (tmp_path / "bad.toml").write_text("[least", encoding="utf-8")
    (tmp_path / "lowered.toml").write_text(NOT_HELD.replace("n = 0.9", "n = 0.1", 1), encoding="utf-8")
    (tmp_path / "not-held.toml").write_text(NOT_HELD, encoding="utf-8")
    (tmp_path / "malformed.toml").write_text(NOT_HELD.replace("why =", "reason ="), encoding="utf-8")
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "bad.jsonl").write_text('{"id": "one", "text": "hello"}\n{', encoding="utf-8")
    (tmp_path / "empty").mkdir()
    save(make_result(), tmp_path / "result.json")
    save(make_result([True, False]), tmp_path / "other.json")
    return tmp_path


def test_help_lists_the_commands(run: Run) -> None:
    code, out, err = run("--help")
    assert (code, err) == (0, "")
    listed = {line.split()[0] for line in out.splitlines() if line.startswith("  ")}
    assert set(COMMANDS) <= listed


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(run: Run, command: str) -> None:
    code, out, _ = run(command, "--help")
    assert code == 0
    assert "Usage" in out


WRONG_USE: dict[str, tuple[list[str], str]] = {
    "unknown data set": (["run", "--data", "nonsense"], "nonsense is no data set"),
    "absent file": (["run", "--data", "{}/absent.yaml"], "there is no such file"),
    "empty folder": (["run", "--data", "{}/empty"], "There are no labelled tickets"),
    "no YAML": (["run", "--data", "{}/bad.yaml"], "bad.yaml is not YAML"),
    "no case": (["run", "--data", "{}/no-case.yaml"], "no-case.yaml, case a-1: kind"),
    "no labelled ticket": (["run", "--data", "{}/bad.jsonl"], "bad.jsonl, line 1"),
    "unknown release": (["run", "nonsense", "--data", "{}/sound.yaml"], "There is no release 'nonsense'"),
    "another kind of result": (["compare", "{}/result.json", "{}/bad.json"], "bad.json is no result"),
    "a gate on no result": (["gate", "{}/bad.json"], "bad.json is no result"),
    "a report on no result": (["report", "{}/bad.json"], "bad.json is no result"),
    "labelling no result": (["label", "{}/bad.json", "--by", "ada"], "bad.json is no result"),
    "labelling no tickets": (["label", "{}/bad.jsonl", "--by", "ada"], "bad.jsonl, line 1"),
    "checking no case": (["check-data", "{}/no-case.yaml"], "no-case.yaml, case a-1"),
    "public without files": (["public", "{}/empty"], "There are no .jsonl files"),
    "public with a bad line": (["public", "{}/public"], "bad.jsonl, line 2"),
}


@pytest.mark.parametrize("name", WRONG_USE)
def test_wrong_use_is_one_line(run: Run, files: Path, name: str) -> None:
    arguments, says = WRONG_USE[name]
    code, out, err = run(*(argument.format(files) for argument in arguments))
    assert (code, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["run", "--nonsense"],
        ["run", "--k", "0"],
        ["compare", "{}/result.json"],
        ["compare", "{}/result.json", "{}/absent.json"],
        ["gate", "{}"],
        ["label", "{}/result.json", "--by", "ada", "--criterion", "beauty"],
        ["judge", "calibrate", "{}/absent.jsonl"],
    ],
)
def test_what_the_command_line_itself_refuses_is_wrong_use(run: Run, files: Path, arguments: list[str]) -> None:
    code, out, err = run(*(argument.format(files) for argument in arguments))
    assert (code, out) == (2, "")
    assert err
    assert "Traceback" not in err


def test_a_wrong_setting_is_one_line(run: Run, files: Path) -> None:
    code, _, err = run("run", "--data", f"{files}/sound.yaml", TRIAGE_THREADS="many")
    assert code == 2
    assert err.startswith("A setting is wrong: threads")
    assert err.count("\n") == 1


@pytest.mark.parametrize("thresholds", ["bad.toml", "lowered.toml", "malformed.toml"])
def test_malformed_thresholds_fail_in_one_line(run: Run, files: Path, thresholds: str) -> None:
    code, out, err = run("gate", f"{files}/result.json", "--thresholds", f"{files}/{thresholds}")
    assert (code, out) == (1, "")
    assert thresholds in err
    assert err.count("\n") == 1


def test_absent_thresholds_fail_in_one_line(run: Run, files: Path) -> None:
    code, _, err = run("gate", f"{files}/result.json", "--thresholds", f"{files}/absent.toml")
    assert code == 1
    assert "absent.toml: No such file" in err
    assert err.count("\n") == 1


def test_a_gate_that_does_not_hold_is_1(run: Run, files: Path) -> None:
    code, out, err = run("gate", f"{files}/result.json", "--thresholds", f"{files}/not-held.toml")
    assert (code, err) == (1, "")
    assert "not held: task_completion is not measured, at least 0.9 is due" in out
    assert "0 of 1 thresholds hold" in out


def test_a_gate_that_holds_is_0(run: Run, files: Path, make_result: Callable[..., Result]) -> None:
    good = Estimate(value=0.95, low=0.9, high=1.0, n=100, method="test")
    save(make_result(measures={"task_completion": good}), files / "good.json")
    code, out, _ = run("gate", f"{files}/good.json", "--thresholds", f"{files}/not-held.toml")
    assert (code, out) == (0, "1 of 1 thresholds hold for test-result.\n")


def test_comparing_other_cases_is_1_and_the_same_is_0(run: Run, files: Path) -> None:
    code, out, _ = run("compare", f"{files}/result.json", f"{files}/other.json")
    assert code == 1
    assert "not comparable" in out
    code, out, _ = run("compare", f"{files}/result.json", f"{files}/result.json", "--json")
    assert code == 0
    assert json.loads(out)["verdict"]["verdict"] == "no difference found"


def test_unsound_cases_are_1_and_sound_ones_0(run: Run, files: Path) -> None:
    code, out, err = run("check-data", f"{files}/unsound.yaml")
    assert code == 1
    assert out.splitlines() == ["test-claim-001: A-29001 is looked up and nobody named it"] * 2
    assert err == "1 cases, 2 problems.\n"
    assert run("check-data", f"{files}/sound.yaml")[0] == 0


def test_public_tickets_are_scored_with_and_without_labels(run: Run, tmp_path: Path) -> None:
    rows = {
        "labelled": [{"id": "1", "text": "I want my money back", "category": "refund_request"}] * 2,
        "free": [{"id": "1", "text": "Let me talk to a human"}, {"id": "2", "text": " \u200b"}],
    }
    for name, lines in rows.items():
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    code, out, _ = run("public", str(tmp_path))
    assert code == 0
    free, labelled = out.splitlines()
    assert labelled.split()[:4] == ["labelled", "2", "accuracy", "1.000"]
    assert "wants_human 1.000" in free
    assert free.endswith("1 empty")


def test_a_folder_in_the_place_of_the_result_fails_in_one_line(run: Run, files: Path) -> None:
    code, _, err = run("report", f"{files}/result.json", "--out", f"{files}/empty")
    assert code == 1
    assert "Traceback" not in err
    assert err.count("\n") == 1


def test_the_installed_module_ends_with_these_codes(root: Path, files: Path) -> None:
    done = python(root, "-m", "evals", "gate", f"{files}/bad.json")
    assert done.returncode == 2
    assert (done.stdout, done.stderr.count("\n")) == ("", 1)


def test_starting_it_loads_nothing_heavy(root: Path) -> None:
    code = "import sys, evals.__main__; print(sorted({name.split('.')[0] for name in sys.modules}))"
    done = python(root, "-c", code)
    assert done.returncode == 0, done.stderr
    heavy = {"torch", "sentence_transformers", "chromadb", "onnxruntime", "langgraph", "scipy", "sklearn", "matplotlib"}
    assert not set(ast.literal_eval(done.stdout)) & heavy


def test_the_app_is_the_one_that_runs() -> None:
    assert CliRunner().invoke(app, ["--help"]).exit_code == 0
