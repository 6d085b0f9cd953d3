"""The second split: each use is on record before it begins, and nobody learns from a result what was asked or said."""

import asyncio
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.assemble import Agent
from agent.deps import Deps
from agent.graph import STEPS, build_graph
from agent.state import State
from agent.taxonomy import NextAction
from evals.__main__ import app
from evals.cases.case import Case
from evals.cases.loading import BadCaseError
from evals.commands.run import run_over
from evals.commands.show import show_result, show_result_json
from evals.compare import compare
from evals.datasets import DataSet
from evals.environment import Environment
from evals.holdout import LOOKS_BEFORE_WARNING, record_use, sealed, uses
from evals.labelling import items_of
from evals.result import Result, load, save
from evals.run import make_result, run_cases
from evals.subjects.agent import AgentSubject
from evals.subjects.subject import Answer

WHERE = Environment(commit="0" * 40, dirty=True, python="3", libraries={}, processor="test", cores=2)
HIDDEN = "wombat"
Make = Callable[..., Case]


def secret_cases(make_claim: Make) -> tuple[Case, ...]:
    """One case that the agent gets right and one that it gets wrong, each with a word that no other text holds."""
    right = make_claim(
        "hold-secret-001", about=f"a {HIDDEN}", text=f"I want my money back for A-29001, the {HIDDEN} lamp."
    )
    wrong = right.expect.model_copy(update={"action": (NextAction.ESCALATE,)})
    return right, right.model_copy(update={"id": "hold-secret-002", "family": "hold-secret-family", "expect": wrong})


def holdout(cases: tuple[Case, ...]) -> DataSet:
    return DataSet("holdout", cases, "0" * 64, sealed=True)


@pytest.fixture
def result(agent: Agent, make_claim: Make) -> Result:
    data = holdout(secret_cases(make_claim))
    ran = asyncio.run(run_cases(AgentSubject(agent, "agent"), data, 2, lambda cases, _: cases))
    assert [one.row.action for one in ran] == [NextAction.OFFER_REFUND] * 2
    return make_result(ran, data, agent, "agent", 1, WHERE)


def test_each_use_is_a_line(tmp_path: Path) -> None:
    file = tmp_path / "new" / "uses.jsonl"
    assert uses(file) == []
    said = record_use("embedded-2026-01-01", WHERE, file)
    assert "look 1 at the holdout" in said
    (use,) = uses(file)
    assert set(use) == {"at", "who", "commit", "release"}
    assert use["who"]
    assert (use["commit"], use["release"]) == (f"{'0' * 40} with changes", "embedded-2026-01-01")
    record_use("embedded-2026-01-01", WHERE.model_copy(update={"commit": None, "dirty": None}), file)
    assert uses(file)[0] == use
    assert uses(file)[1]["commit"] == "none"


def test_the_warning_comes_after_more_than_five_looks(tmp_path: Path) -> None:
    said = [record_use("r", WHERE, tmp_path / "uses.jsonl") for _ in range(LOOKS_BEFORE_WARNING + 2)]
    assert ["flatter" in one for one in said] == [False] * LOOKS_BEFORE_WARNING + [True, True]


def test_a_damaged_record_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "uses.jsonl").write_text('{"at": "2026"}\n<<<<<<< mine\n', encoding="utf-8")
    with pytest.raises(BadCaseError, match="one use a line"):
        uses(tmp_path / "uses.jsonl")


def test_a_use_is_recorded_before_the_first_case_runs(agent: Agent, make_claim: Make, tmp_path: Path) -> None:
    file, seen = tmp_path / "uses.jsonl", []

    class Interrupted(BaseException):
        pass

    def screen(state: State, deps: Deps) -> State:
        seen.append(len(uses(file)))
        raise Interrupted

    watched = dataclasses.replace(agent, graph=build_graph((screen, *STEPS[1:])))
    with pytest.raises(Interrupted):
        asyncio.run(run_over(watched, tmp_path, holdout(secret_cases(make_claim)), 1, file))
    assert seen == [1]
    assert uses(file)[0]["release"] == agent.release.id


def test_other_data_is_not_recorded(agent: Agent, make_claim: Make, tmp_path: Path) -> None:
    data = DataSet("mine", secret_cases(make_claim), "0" * 64, judged_by="category")
    result = asyncio.run(run_over(agent, tmp_path, data, 1, tmp_path / "uses.jsonl"))
    assert not (tmp_path / "uses.jsonl").exists()
    assert result.cases[0].text


def test_a_sealed_result_holds_no_text_reply_cause_or_trace(result: Result, make_claim: Make, tmp_path: Path) -> None:
    save(result, tmp_path / "sealed.json")
    written = (tmp_path / "sealed.json").read_text(encoding="utf-8")
    for hidden in (HIDDEN, "hold-secret", "A-29001", "39.00", "money back", "offer_refund expected", "qualifies"):
        assert hidden not in written, hidden
    assert result.data.sealed
    for case in load(tmp_path / "sealed.json").cases:
        assert (case.text, case.about, case.expected, case.located, case.repairs) == ("", "", {}, None, {})
        assert len(case.attempts) == 2
        for attempt in case.attempts:
            assert (attempt.decision, attempt.trace) == (None, None)
            assert {one.cause for one in attempt.checks} == {""}


def test_a_sealed_result_still_tells_how_good_it_is(result: Result) -> None:
    assert [case.first.completed for case in result.cases] == [True, False]
    assert result.measures["task_completion"].value == 0.5
    assert result.cases[0].category == "refund_request"
    assert compare(result, result).counts == {}
    assert result.cases[0].id != result.cases[1].id


def test_an_open_result_of_the_same_cases_holds_all_that(agent: Agent, make_claim: Make, tmp_path: Path) -> None:
    data = dataclasses.replace(holdout(secret_cases(make_claim)), sealed=False)
    ran = asyncio.run(run_cases(AgentSubject(agent, "agent"), data, 1, lambda cases, _: cases))
    save(make_result(ran, data, agent, "agent", 1, WHERE), tmp_path / "open.json")
    written = (tmp_path / "open.json").read_text(encoding="utf-8")
    for shown in (HIDDEN, "hold-secret-002", "offer_refund done", "qualifies"):
        assert shown in written, shown


def test_the_same_case_is_sealed_alike_in_every_result(result: Result, make_claim: Make, agent: Agent) -> None:
    data = holdout(secret_cases(make_claim))
    ran = asyncio.run(run_cases(AgentSubject(agent, "agent"), data, 1, lambda cases, _: cases))
    again = make_result(ran, data, agent, "agent", 1, WHERE)
    assert [(case.id, case.cluster) for case in again.cases] == [(case.id, case.cluster) for case in result.cases]
    assert sealed(again.cases[0]).attempts[0].wall_ms == again.cases[0].attempts[0].wall_ms


def nothing_of(cases: Result, said: str) -> None:
    """Assert that a text names nothing of the sealed cases: neither what was asked nor which case it was."""
    for hidden in (
        HIDDEN,
        "hold-secret",
        "A-29001",
        "qualifies",
        "offer_refund expected",
        *(case.id for case in cases.cases),
    ):
        assert hidden not in said, hidden


def test_showing_a_sealed_result_prints_no_case(result: Result, capsys: pytest.CaptureFixture[str]) -> None:
    for show in (show_result, show_result_json):
        show(result)
        said = capsys.readouterr().out
        assert "task_completion" in said
        nothing_of(result, said)


def test_comparing_sealed_results_prints_no_case(result: Result, tmp_path: Path) -> None:
    worse = result.cases[0].model_copy(update={"attempts": result.cases[1].attempts})
    files = [tmp_path / "a.json", tmp_path / "b.json"]
    save(result, files[0])
    save(result.model_copy(update={"cases": (worse, *result.cases[1:])}), files[1])
    for more in ([], ["--json"]):
        done = CliRunner().invoke(app, ["compare", *map(str, files), *more])
        assert done.exception is None or isinstance(done.exception, SystemExit)
        assert "broken" in done.stdout
        nothing_of(result, done.stdout)


def test_the_report_of_a_sealed_result_shows_no_case(result: Result, tmp_path: Path) -> None:
    save(result, tmp_path / "sealed.json")
    done = CliRunner().invoke(app, ["report", str(tmp_path / "sealed.json"), "--out", str(tmp_path / "page.html")])
    assert done.exit_code == 0, done.output
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "sealed" in page
    nothing_of(result, page)


def test_nothing_of_a_sealed_result_can_be_labelled(result: Result, tmp_path: Path) -> None:
    save(result, tmp_path / "sealed.json")
    assert items_of(tmp_path / "sealed.json") == []


def test_a_crash_is_sealed_too(result: Result) -> None:
    case = result.cases[0].model_copy(update={"located": "draft", "repairs": {"draft": True}, "text": HIDDEN})
    assert HIDDEN not in json.dumps(sealed(case).model_dump(mode="json"))
    assert sealed(case).located is None
    assert Answer(crashed="RuntimeError").decision is None
