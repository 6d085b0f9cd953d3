"""The shipped data. Whatever fails here names ids only: nobody may read the holdout in the output of a test."""

import json
from collections import Counter

import pytest

from agent.taxonomy import TAXONOMY
from evals.cases.case import Case, Kind
from evals.cases.loading import DATA, load_cases
from evals.cases.soundness import problems
from evals.datasets import LABELLED, load_labelled
from evals.measures.retrieval import load_questions
from knowledge.policies import cut, load_policies
from tools.demo_shop.seed import SHOP_DAY

SPLITS = ("dev", "holdout")
SEGMENTS = {
    "known_customer",
    "new_customer",
    "enterprise",
    "anonymous",
    "long_input",
    "cut_input",
    "not_english",
    "missing_order_id",
    "conversation",
}


class Splits:
    """The cases by split. A class of its own, so that a failing test shows its name and not what it holds."""

    def __init__(self) -> None:
        self._cases = {split: load_cases(DATA / split) for split in SPLITS}

    def __getitem__(self, split: str) -> list[Case]:
        return self._cases[split]


@pytest.fixture(scope="module")
def splits() -> Splits:
    return Splits()


@pytest.mark.parametrize("split", SPLITS)
def test_every_case_is_sound(splits: Splits, split: str) -> None:
    policies = {policy.id: policy for policy in load_policies()}
    unsound = [case.id for case in splits[split] if any(problems(case, policies))]
    assert unsound == []


@pytest.mark.parametrize("split", SPLITS)
def test_there_are_enough_of_each(splits: Splits, split: str) -> None:
    count = Counter(case.expect.category for case in splits[split])
    assert sum(count.values()) >= 300
    assert {name: count[name] for name in TAXONOMY if count[name] < 20} == {}


@pytest.mark.parametrize("split", SPLITS)
def test_every_kind_and_segment_occurs(splits: Splits, split: str) -> None:
    assert {case.kind for case in splits[split]} == set(Kind)
    assert {name for case in splits[split] for name in case.segments()} == SEGMENTS


def test_no_id_and_no_conversation_is_in_both_splits(splits: Splits) -> None:
    dev, holdout = ({case.id for case in splits[split]} for split in SPLITS)
    assert dev & holdout == set()
    families = [{case.cluster for case in splits[split]} for split in SPLITS]
    assert families[0] & families[1] == set()


def test_labelled_tickets_are_a_hundred_of_each_category() -> None:
    tickets = load_labelled()
    assert Counter(ticket.category for ticket in tickets) == dict.fromkeys(TAXONOMY, 100)
    assert [id for id, count in Counter(ticket.id for ticket in tickets).items() if count > 1] == []
    assert [ticket.id for ticket in tickets if ticket.category in ticket.also_ok] == []


def test_topics_of_labelled_tickets_are_topics_of_their_category() -> None:
    rows = [
        json.loads(line)
        for file in sorted(LABELLED.glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    assert [row["id"] for row in rows if row["topic"] not in TAXONOMY[row["category"]].topics] == []
    topics = {(row["category"], row["topic"]) for row in rows}
    assert topics == {(name, topic) for name, rule in TAXONOMY.items() for topic in rule.topics}


def test_retrieval_questions_ask_for_passages_that_are_there() -> None:
    questions = load_questions()
    passages = {passage.id: passage for policy in load_policies() for passage in cut(policy)}
    assert len(questions) == 200
    assert len({one.id for one in questions}) == 200
    assert sum(not one.passages for one in questions) == 50
    assert {one.category for one in questions} <= set(TAXONOMY)
    wanted = {(one.id, id) for one in questions for id in one.passages}
    assert {(one, id) for one, id in wanted if id not in passages} == set()
    assert {(one, id) for one, id in wanted if not passages[id].in_force(SHOP_DAY)} == set()


def test_superseded_articles_are_there_to_be_mistaken() -> None:
    policies = load_policies()
    superseded = [policy for policy in policies if policy.valid_to is not None and policy.valid_to < SHOP_DAY]
    not_yet = [policy for policy in policies if policy.valid_from > SHOP_DAY]
    assert len(superseded) >= 3
    assert not_yet
