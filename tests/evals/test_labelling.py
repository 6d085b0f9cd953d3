"""Labelling: each answer is kept at once, a sitting can be taken up again, and nothing odd reaches the terminal."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result as Done
from typer.testing import CliRunner

from agent.taxonomy import TAXONOMY
from evals.__main__ import app
from evals.cases.loading import BadCaseError
from evals.datasets import load_labelled
from evals.judge.criteria import load_criteria
from evals.judge.labels import load_labels
from evals.labelling import Asked, Item, answers_to, done_by, items_of, keep, questions
from evals.result import Result, save

CRITERIA = list(load_criteria().values())
CATEGORIES = list(TAXONOMY)


def label(file: Path, typed: str, *options: str, by: str = "ada") -> Done:
    return CliRunner().invoke(app, ["label", str(file), "--by", by, *options], input=typed)


def kept(file: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def tickets(tmp_path: Path) -> Path:
    rows = [
        {"id": f"t-{place}", "text": f"ticket {place} \x1b[31m\x07red\u202e", "category": "subscription"}
        for place in range(4)
    ]
    file = tmp_path / "tickets.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


@pytest.fixture
def answers(tmp_path: Path, make_result: Callable[..., Result], triage: Callable) -> Path:
    """A result with one case that was answered and one that was not."""
    result = make_result([True, False])
    decision = triage("Which ways of paying do you accept?")
    attempt = result.cases[0].first.model_copy(update={"decision": decision})
    case = result.cases[0].model_copy(update={"attempts": (attempt,), "text": "Which ways of paying\x1b[2J?"})
    file = tmp_path / "result.json"
    save(result.model_copy(update={"cases": (case, result.cases[1])}), file)
    return file


def test_tickets_get_a_category_in_the_form_of_labelled_tickets(tickets: Path) -> None:
    done = label(tickets, "1\n2\n12\n1\n")
    assert done.exit_code == 0, done.output
    out = tickets.with_name("tickets.labels.jsonl")
    assert [row["category"] for row in kept(out)] == [CATEGORIES[0], CATEGORIES[1], CATEGORIES[11], CATEGORIES[0]]
    assert {row["id"] for row in kept(out)} == {f"t-{place}" for place in range(4)}
    assert {row["by"] for row in kept(out)} == {"ada"}
    assert all(row["at"] for row in kept(out))
    assert len(load_labelled(out)) == 4
    assert "4 labels kept" in done.stderr
    assert all(rule.definition in done.stdout for rule in TAXONOMY.values())


def test_a_label_is_on_the_disk_before_the_next_question(tickets: Path) -> None:
    done = label(tickets, "3\n")  # the input ends: the person is gone
    assert done.exit_code != 0
    assert [row["category"] for row in kept(tickets.with_name("tickets.labels.jsonl"))] == [CATEGORIES[2]]


def test_a_sitting_is_taken_up_where_it_ended(tickets: Path) -> None:
    out = tickets.with_name("mine.jsonl")
    first = label(tickets, "1\n2\nq\n", "--out", str(out))
    assert "2 labels kept" in first.stderr
    assert "2 are left" in first.stderr
    asked_before = {row["id"] for row in kept(out)}
    second = label(tickets, "3\n4\n", "--out", str(out))
    assert second.exit_code == 0
    assert "0 are left" in second.stderr
    assert len(kept(out)) == 4
    assert {row["id"] for row in kept(out)[2:]} & asked_before == set()
    third = label(tickets, "", "--out", str(out))
    assert "0 labels kept" in third.stderr
    assert len(kept(out)) == 4


def test_what_one_person_labelled_is_asked_of_the_next(tickets: Path) -> None:
    label(tickets, "1\n1\n1\n1\n")
    label(tickets, "2\n2\n2\n2\n", by="bob")
    rows = kept(tickets.with_name("tickets.labels.jsonl"))
    assert [row["by"] for row in rows] == ["ada"] * 4 + ["bob"] * 4


def test_each_person_is_asked_in_an_order_of_their_own(tickets: Path) -> None:
    orders = set()
    for by in ("ada", "bob", "eve", "joe", "kim", "lea"):
        out = tickets.with_name(f"{by}.jsonl")
        label(tickets, "1\n1\n1\n1\n", "--out", str(out), by=by)
        orders.add(tuple(row["id"] for row in kept(out)))
    assert len(orders) > 1


def test_skipping_keeps_nothing_and_a_limit_stops(tickets: Path) -> None:
    done = label(tickets, "s\n2\n", "--most", "2")
    assert len(kept(tickets.with_name("tickets.labels.jsonl"))) == 1
    assert "1 labels kept" in done.stderr
    assert "3 are left" in done.stderr


@pytest.mark.parametrize("wrong", ["13", "0", "y", "", "subscription", "1.5", "\x1b[A"])
def test_a_key_that_is_none_is_asked_again(tickets: Path, wrong: str) -> None:
    done = label(tickets, f"{wrong}\n\n3\nq\n" if wrong else "\n3\nq\n")
    assert [row["category"] for row in kept(tickets.with_name("tickets.labels.jsonl"))] == [CATEGORIES[2]]
    assert ("That is none of them." in done.stderr) is bool(wrong)  # an empty line is only asked again


def test_control_characters_do_not_reach_the_terminal(tickets: Path, answers: Path) -> None:
    for file, typed in ((tickets, "q\n"), (answers, "q\n")):
        said = label(file, typed).output
        assert "red" in said or "ways of paying" in said
        assert not {character for character in said if ord(character) < 32 and character != "\n"}
        assert "\u202e" not in said


@pytest.mark.parametrize(("key", "means"), [("y", "yes"), ("N", "no"), (" ? ", "cannot_tell")])
def test_answers_are_judged_by_each_criterion_in_the_form_of_the_judge(answers: Path, key: str, means: str) -> None:
    done = label(answers, f"{key}\n" * len(CRITERIA))
    assert done.exit_code == 0, done.output
    out = answers.with_name("result.labels.jsonl")
    assert len(load_labels(out, load_criteria())) == len(CRITERIA)
    assert {row["criterion"] for row in kept(out)} == {one.id for one in CRITERIA}
    assert {row["label"] for row in kept(out)} == {means}
    assert {row["item"].partition("@")[0] for row in kept(out)} == {"test-case-000"}
    assert all(one.question in done.stdout for one in CRITERIA)


def test_one_criterion_alone(answers: Path) -> None:
    done = label(answers, "y\n", "--criterion", CRITERIA[1].id)
    assert done.exit_code == 0
    assert [row["criterion"] for row in kept(answers.with_name("result.labels.jsonl"))] == [CRITERIA[1].id]


def test_an_unknown_criterion_is_wrong_use(answers: Path) -> None:
    done = label(answers, "y\n", "--criterion", "beauty")
    assert done.exit_code == 2
    assert CRITERIA[0].id in done.output
    assert not answers.with_name("result.labels.jsonl").exists()


def test_a_label_needs_a_name(tickets: Path) -> None:
    assert label(tickets, "1\n", by="  ").exit_code == 2
    assert not tickets.with_name("tickets.labels.jsonl").exists()


@pytest.mark.parametrize("line", ['{"id": "t-1", "ca', '{"id": "t-1"}', "[]", "5"])
def test_a_damaged_label_file_is_said_and_not_appended_to(tickets: Path, line: str) -> None:
    out = tickets.with_name("mine.jsonl")
    out.write_text(f'{{"id": "t-0", "by": "ada"}}\n{line}', encoding="utf-8")
    with pytest.raises(BadCaseError, match="line 2 is no label"):
        done_by(out, "ada")
    label(tickets, "1\n", "--out", str(out))
    assert out.read_text(encoding="utf-8").endswith(line)


def test_what_is_kept_is_read_as_done(tmp_path: Path) -> None:
    file = tmp_path / "new" / "labels.jsonl"
    ticket, reply = Asked(Item("t-1", "text"), None), Asked(Item("r-1", "text", "reply"), CRITERIA[0])
    assert done_by(file, "ada") == set()
    keep(file, ticket, "subscription", "ada")
    keep(file, reply, "yes", "ada")
    assert done_by(file, "ada") == {("t-1", "category"), ("r-1", CRITERIA[0].id)}
    assert done_by(file, "bob") == set()
    assert questions([ticket.item, reply.item], CRITERIA[:1], done_by(file, "ada")) == []
    assert questions([ticket.item, reply.item], CRITERIA[:1], set()) == [ticket, reply]
    assert set(answers_to(reply).values()) == {"yes", "no", "cannot_tell"}


def test_only_what_was_answered_can_be_judged(answers: Path, tickets: Path) -> None:
    assert [item.id.partition("@")[0] for item in items_of(answers)] == ["test-case-000"]
    assert [item.reply for item in items_of(tickets)] == [None] * 4
