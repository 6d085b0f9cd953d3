"""Labels: which are people's, what a broken line is called, and what more than half say."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.judge.labels import BadLabelError, by_a_person, load_labels, review
from evals.judge.protocol import Grade
from tests.evals.judge.labelled import label, labels, write

GOOD = json.loads(label("a", "yes").model_dump_json())
KNOWN = {"answers", "tone"}


def test_labels_come_back_as_they_were_written(tmp_path: Path) -> None:
    rows = [*labels(2, 1), label("line\u2028break", "cannot_tell", criterion="tone")]
    file = write(tmp_path / "labels.jsonl", rows)
    file.write_text(file.read_text(encoding="utf-8").replace("\n", "\n\n"), encoding="utf-8")  # blank lines are no rows
    assert load_labels(file, KNOWN) == rows


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ("{", "the line"),
        ("[]", "the line"),
        (json.dumps(GOOD | {"label": "Yes"}), "label"),
        (json.dumps(GOOD | {"label": None}), "label"),
        (json.dumps(GOOD | {"at": "2026-11-24 09:30"}), "at"),
        (json.dumps(GOOD | {"at": "2026-11-24T09:30:00"}), "at"),
        (json.dumps(GOOD | {"at": "2026-11-24T09:30:00+01:00"}), "at"),
        (json.dumps(GOOD | {"at": "2026-13-24T09:30:00Z"}), "at"),
        (json.dumps(GOOD | {"at": 1764000000}), "at"),
        (json.dumps(GOOD | {"ticket": ""}), "ticket"),
        (json.dumps(GOOD | {"item": 7}), "item"),
        (json.dumps(GOOD | {"note": "x"}), "note"),
        (json.dumps({key: value for key, value in GOOD.items() if key != "by"}), "by"),
        (json.dumps(GOOD | {"criterion": "humour"}), "criterion: humour"),
        (json.dumps(GOOD | {"reply": "another"}), "item: a stands above"),
        ('{"item": "\udcff"}', "the line"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, broken: str, told: str) -> None:
    file = tmp_path / "mine.jsonl"
    text = f"{json.dumps(GOOD)}\n\n{broken}\n{{\n"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(BadLabelError, match=rf"^mine\.jsonl, line 3: {told}"):
        load_labels(file, KNOWN)


@pytest.mark.parametrize("by", ["k.o.", "Claudette Juge", "Bothilde", "Modell, Ida", "agent 7", "aishe", "Scripture"])
def test_a_name_is_a_persons(by: str) -> None:
    assert by_a_person(label("a", "yes", by=by), {"overlap"})


@pytest.mark.parametrize(
    "by",
    ["", "  ", "gpt-4o", "GPT4", "claude-x", "an LLM", "Overlap", "model", "label_bot", "ai", "qwen2.5", "chatgpt"],
)
def test_an_empty_name_and_a_machines_are_nobodys(by: str) -> None:
    assert not by_a_person(label("a", "yes", by=by), {"overlap"})
    reviewed = review([label("a", "yes", by=by), label("b", "no")], "answers", {"overlap"})
    assert [one.item for one in reviewed.agreed] == ["b"]
    assert reviewed.not_by_people == 1


def test_more_than_half_decides_and_ties_are_left_out_and_counted() -> None:
    votes = {
        "a": ("yes", "yes", "no"),
        "b": ("yes", "no"),
        "c": ("yes", "no", "cannot_tell"),
        "d": ("yes", "yes", "no", "cannot_tell"),  # half is not more than half
        "e": ("cannot_tell", "cannot_tell", "yes"),
        "f": ("no",),
    }
    rows = [label(item, vote, by=f"p{who}") for item, said in votes.items() for who, vote in enumerate(said)]
    reviewed = review(rows, "answers")
    assert {one.item: one.label for one in reviewed.agreed} == {
        "a": Grade.YES,
        "e": Grade.CANNOT_TELL,
        "f": Grade.NO,
    }
    assert reviewed.ties == 3


def test_one_person_counts_once_with_the_later_answer() -> None:
    rows = [
        label("a", "no", by="K. O.", minute=9),
        label("a", "yes", by=" k.  o.", minute=2),
        label("a", "yes", by="b.b.", minute=1),
    ]
    reviewed = review(rows, "answers")
    assert (reviewed.agreed, reviewed.ties, reviewed.replaced) == ((), 1, 1)
    assert reviewed.by_pair == {("b.b.", "k. o."): [(Grade.YES, Grade.NO)]}


def test_pairs_hold_the_items_that_both_judged() -> None:
    said = [("a", "x", "yes"), ("a", "y", "no"), ("b", "y", "no"), ("b", "z", "no"), ("c", "x", "yes")]
    reviewed = review([label(item, vote, by=by) for item, by, vote in said], "answers")
    assert reviewed.by_pair == {("x", "y"): [(Grade.YES, Grade.NO)], ("y", "z"): [(Grade.NO, Grade.NO)]}


def test_labels_of_another_criterion_do_not_count() -> None:
    assert [one.item for one in review([label("a", "yes"), label("b", "yes", criterion="tone")], "tone").agreed] == [
        "b"
    ]


said_of = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.sampled_from(["x", "y", "z", "llm", ""]),
        st.sampled_from(["yes", "no", "cannot_tell"]),
    )
)


@given(said_of, st.randoms())
def test_nothing_is_lost_and_the_order_of_lines_does_not_matter(
    said: list[tuple[str, str, str]], order: object
) -> None:
    rows = [label(item, vote, by=by, minute=minute) for minute, (item, by, vote) in enumerate(said)]
    reviewed = review(rows, "answers")
    people = {(item, by) for item, by, _ in said if by in {"x", "y", "z"}}
    assert len(reviewed.agreed) + reviewed.ties == len({item for item, _ in people})
    assert reviewed.not_by_people + reviewed.replaced + len(people) == len(rows)
    order.shuffle(rows)
    assert review(rows, "answers") == reviewed
