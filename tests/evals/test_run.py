"""A run from cases to a result that can be saved, read again and told apart."""

import asyncio
import dataclasses
import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.assemble import Agent
from agent.taxonomy import NextAction
from evals.__main__ import app
from evals.cases.case import Case
from evals.cases.loading import cases_hash
from evals.commands.show import failures_by_cause
from evals.datasets import DataSet, data_set
from evals.environment import environment
from evals.result import BadResultError, Result, load, save
from evals.run import SHOWN_TEXT, compared, make_result, run_cases
from evals.subjects.agent import AgentSubject
from evals.subjects.subject import Answer
from evals.subjects.trivial import trivial_agents

Make = Callable[..., Case]


def in_order(cases: Iterable[Case], _: str) -> Iterable[Case]:
    return cases


@pytest.fixture
def data(make_claim: Make, make_question: Make) -> DataSet:
    """A case that the agent gets right, one that it gets wrong, and an empty one."""
    wrong = make_question(about="expects what does not happen")
    expect = wrong.expect.model_copy(update={"action": (NextAction.ESCALATE,), "cites": ()})
    empty = make_question("test-empty-001", text=" \u200b")
    cases = (
        make_claim(),
        wrong.model_copy(update={"expect": expect}),
        empty.model_copy(update={"expect": empty.expect.model_copy(update={"rejected": True, "cites": ()})}),
    )
    return DataSet("mine", cases, cases_hash(cases))


def result_of(agent: Agent, data: DataSet, k: int = 1) -> Result:
    ran = asyncio.run(run_cases(AgentSubject(agent, "agent"), data, k, in_order, agent.reader))
    return make_result(ran, data, agent, "agent", 7, environment())


def test_a_result_holds_what_repeats_and_explains_it(agent: Agent, data: DataSet) -> None:
    result = result_of(agent, data)
    assert [case.first.completed for case in result.cases] == [True, False, True]
    assert [case.first.rejected for case in result.cases] == [False, False, True]
    assert result.measures["task_completion"].value == pytest.approx(2 / 3)
    assert result.measures["pass^1"].value == pytest.approx(2 / 3)
    assert result.by_category["refund_request"].value == 1
    assert result.by_segment["anonymous"]["task_completion"].n == 2
    assert (result.data.name, result.data.sha256, result.data.cases) == ("mine", data.sha256, 3)
    assert (result.release, result.seed, result.k, result.subject) == (agent.release.id, 7, 1, "agent")
    assert set(result.hashes) == {"replies", "knowledge", "encoder", "examples"}
    assert all(result.hashes.values())
    assert result.operations.reading_ratio["p50"] > 0
    decided = result.cases[0].first
    assert decided.decision is not None
    assert decided.trace is not None
    assert decided.trace.trace_id == decided.decision.trace_id
    assert result.cases[0].text == data.cases[0].text
    assert result.cases[0].expected["refund"]["amount_minor"] == 3900


def test_what_is_saved_is_read_again(agent: Agent, data: DataSet, tmp_path: Path) -> None:
    result = result_of(agent, data)
    save(result, tmp_path / "new" / "result.json")
    assert load(tmp_path / "new" / "result.json") == result
    lines = (tmp_path / "new" / "result.json").read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if '"attempts"' in line]) == 3  # one line a case


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "Invalid JSON"),
        ("{", "Invalid JSON"),
        ("[]", "should be an object"),
        ('{"ticket_id": "T-1", "category": "subscription"}', "Field required"),
    ],
)
def test_what_is_no_result_is_said_in_one_line(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "mine.json").write_text(content, encoding="utf-8")
    with pytest.raises(BadResultError, match=says) as raised:
        load(tmp_path / "mine.json")
    assert str(raised.value).count("\n") == 0
    assert "mine.json" in str(raised.value)


def test_a_result_of_another_format_is_refused(make_result: Callable[..., Result], tmp_path: Path) -> None:
    rows = make_result().model_dump(mode="json") | {"format": 2}
    (tmp_path / "mine.json").write_text(json.dumps(rows), encoding="utf-8")
    with pytest.raises(BadResultError, match="format"):
        load(tmp_path / "mine.json")


def test_the_reading_is_timed_where_there_was_a_decision(agent: Agent, data: DataSet) -> None:
    ran = asyncio.run(run_cases(AgentSubject(agent, "agent"), data, 1, in_order, agent.reader))
    assert [one.reading_ms is not None and one.reading_ms > 0 for one in ran] == [True, True, False]
    without = asyncio.run(run_cases(AgentSubject(agent, "agent"), data, 1, in_order))
    assert [one.reading_ms for one in without] == [None] * 3


@dataclasses.dataclass
class Flaky:
    """A subject that is right only the first time it is asked each case."""

    of: AgentSubject
    name: str = "flaky"
    asked: list[str] = dataclasses.field(default_factory=list)

    async def answer(self, case: Case) -> Answer:
        """See Subject.answer."""
        self.asked.append(case.id)
        return await self.of.answer(case) if self.asked.count(case.id) == 1 else Answer(crashed="Flaky")


def test_each_case_is_run_k_times_and_rates_are_of_the_first(agent: Agent, data: DataSet) -> None:
    subject = Flaky(AgentSubject(agent, "agent"))
    ran = asyncio.run(run_cases(subject, data, 4, in_order))
    result = make_result(ran, data, agent, subject.name, 7, environment())
    assert subject.asked == [case.id for case in data.cases for _ in range(4)]
    assert [len(case.attempts) for case in result.cases] == [4, 4, 4]
    assert result.measures["task_completion"].value == pytest.approx(2 / 3)
    assert result.measures["pass^1"].value == pytest.approx(2 / 3 / 4)
    assert result.measures["pass^4"].value == 0
    assert result.cases[0].attempts[1].crashed == "Flaky"


def test_labelled_tickets_are_judged_by_their_category_alone(agent: Agent, tmp_path: Path) -> None:
    rows = [
        {"id": "one", "text": "I would like my money back for A-29001", "category": "refund_request"},
        {"id": "two", "text": "I would like my money back for A-29002", "category": "subscription"},
    ]
    (tmp_path / "mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    result = result_of(agent, data_set(str(tmp_path / "mine.jsonl")))
    assert set(result.measures) == {"category", "schema", "macro_f1"}
    assert result.measures["category"].value == 0.5
    assert {one.name for case in result.cases for one in case.first.checks} == {"answered", "schema", "category"}
    assert {name for measures in result.by_segment.values() for name in measures} == {"category", "schema"}
    assert result.data.judged_by == "category"


def test_other_subjects_are_scored_on_the_same_cases(agent: Agent, data: DataSet, tmp_path: Path) -> None:
    without = AgentSubject(agent, "agent").without_context()
    scored = compared("without", asyncio.run(run_cases(without, data, 1, in_order)), trivial=False)
    assert scored.measures["right_article"].value == 0
    assert scored.wall_ms_p50 > 0
    nothing = trivial_agents(agent, tmp_path)[0]
    trivial = compared(nothing.name, asyncio.run(run_cases(nothing, data, 1, in_order)), trivial=True)
    assert trivial.measures["task_completion"].value == pytest.approx(1 / 3)  # the empty one


def test_a_subject_that_crashes_is_a_result(agent: Agent, data: DataSet) -> None:
    class Broken:
        async def ainvoke(self, *_: object, **__: object) -> None:
            raise RuntimeError("a text that must not be kept")

    broken = dataclasses.replace(agent, graph=Broken())
    result = result_of(broken, data)
    assert [case.first.crashed for case in result.cases] == ["RuntimeError", "RuntimeError", None]
    assert "must not be kept" not in result.model_dump_json()
    assert result.measures["task_completion"].value == pytest.approx(1 / 3)


def test_each_case_has_its_own_shop_day_and_turns(agent: Agent, make_claim: Make) -> None:
    case = make_claim(text="And for that one I want my money back.", before=[{"customer": "Where is A-29001?"}])
    answer = asyncio.run(AgentSubject(agent, "agent").answer(case))
    assert answer.decision is not None
    assert answer.decision.order is not None
    assert answer.decision.order.order_id == "A-29001"
    stranger = case.model_copy(update={"world": case.world.model_copy(update={"orders": ()})})
    other = asyncio.run(AgentSubject(agent, "agent").answer(stranger))
    assert other.decision is not None
    assert other.decision.order is None
    assert answer.decision.conversation_id == case.cluster


def test_long_tickets_are_kept_short(agent: Agent, make_question: Make) -> None:
    case = make_question(text="Which ways of paying do you accept?" + " And more." * 400)
    result = result_of(agent, DataSet("mine", (case,), "0" * 64))
    assert len(result.cases[0].text) == SHOWN_TEXT


def test_failures_are_grouped_by_cause(agent: Agent, data: DataSet) -> None:
    (line,) = failures_by_cause(result_of(agent, data))
    assert line == "   1 x escalate expected, reply done [not located]: test-question-001"


@pytest.mark.slow
def test_the_command_makes_a_whole_result(agent: Agent, data: DataSet, var: Path, tmp_path: Path) -> None:
    file, out = tmp_path / "mine.yaml", tmp_path / "result.json"
    rows = [case.model_dump(mode="json") for case in data.cases]
    file.write_text(json.dumps(rows), encoding="utf-8")
    arguments = ["run", "embedded", "--data", str(file), "--k", "2", "--out", str(out)]
    done = CliRunner().invoke(app, arguments, env={"TRIAGE_VAR": str(var)}, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "task_completion" in done.stdout
    assert "must stay" in done.stdout
    assert str(out) in done.stderr
    result = load(out)
    assert [len(case.attempts) for case in result.cases] == [2, 2, 2]
    assert [case.first.completed for case in result.cases] == [True, False, True]
    assert {other.name for other in result.others if not other.trivial} == {"embedded without context"}
    assert sum(other.trivial for other in result.others) == 5
    assert result.cases[1].repairs[str(result.cases[1].located)]
    assert result.cases[0].located is None
    assert result.weak_measures
    assert {relation.must for relation in result.relations} == {"stay", "change"}
    assert result.retrieval["recall@5"].n == 150
    assert result.classifier["tickets"] == 1200
    assert data_set(str(file)).sha256 == result.data.sha256
    assert CliRunner().invoke(app, ["compare", str(out), str(out)]).exit_code == 0
