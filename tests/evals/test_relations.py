"""Changed forms of a ticket: what each change leaves alone, and that a subject which ignores it is found out."""

import asyncio
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.assemble import Agent
from agent.taxonomy import NextAction
from evals.cases.case import Case
from evals.relations.changing import CHANGING, STRANGER
from evals.relations.run import EXAMPLES_SHOWN, followed, run_relations
from evals.relations.staying import STAYING, formats, greeting_and_signature, paraphrased, reordered, typos
from evals.result import Relation
from evals.subjects.agent import AgentSubject
from evals.subjects.subject import Answer
from tools.orders import order_id_mentions

Make = Callable[..., Case]
SEED = 5
ALL_FORMS = (
    "Hello. I want a refund for the package that arrived on 2026-09-25 for A-29001. It cost 39.00 EUR and broke."
)

WORDS = st.sampled_from(
    (
        *(
            "the",
            "parcel",
            "package",
            "hasn't",
            "arrived",
            "bottle",
            "assessed",
            "and",
            "cannot",
            "bought",
            "purchased",
        ),
        *("refund", "money back", "customer.service@example.com", "www.example.com/returns", "Sample Customer"),
        *("order number 10234", "A-29001", "a29002", "#55512", "Bestellung 1234", "commande 98765", "order no. 12345."),
        *("2026-09-25", "2026-13-45", "3 October", "39.00 EUR", "\u20ac12", "please.", "Why?", "Now!"),
    )
)
TEXTS = st.lists(WORDS, min_size=1, max_size=40).map(" ".join)
SEEDS = st.integers(0, 10_000)


def sentences(text: str) -> list[str]:
    return sorted(re.split(r"(?<=[.!?])\s+", text))


@given(text=TEXTS, seed=SEEDS)
def test_typos_swap_letters_and_leave_numbers_and_addresses_alone(text: str, seed: int) -> None:
    changed = typos(text, random.Random(seed))
    if changed is None:
        return
    assert changed != text
    assert sorted(changed) == sorted(text)
    assert set(order_id_mentions(changed)) == set(order_id_mentions(text))
    for address in ("customer.service@example.com", "www.example.com/returns"):
        assert changed.count(address) == text.count(address)
    for one, other in zip(text.split(), changed.split(), strict=True):
        assert (one[0], one[-1], len(one)) == (other[0], other[-1], len(other))


@given(text=TEXTS, seed=SEEDS)
def test_reordering_keeps_all_sentences_and_orders(text: str, seed: int) -> None:
    changed = reordered(text, random.Random(seed))
    if changed is None:
        return
    assert sentences(changed) == sentences(text)
    assert set(order_id_mentions(changed)) == set(order_id_mentions(text))


def test_the_last_sentence_comes_first() -> None:
    assert reordered("One is here. Two? Three!", random.Random(1)) == "Three! One is here. Two?"
    assert reordered("Only one.", random.Random(1)) is None
    assert reordered("One.\nTwo.", random.Random(1)) is None
    assert reordered("One. Two without an end", random.Random(1)) is None
    assert reordered("Please look at order no. 12345. Thanks.", random.Random(1)) is not None
    assert reordered("Please look at order no. 12345.", random.Random(1)) is None  # it would be torn apart


@given(text=TEXTS, seed=SEEDS)
def test_a_greeting_keeps_the_text_whole(text: str, seed: int) -> None:
    changed = greeting_and_signature(text, random.Random(seed))
    assert changed is not None
    assert f"\n\n{text}\n\n" in changed
    assert order_id_mentions(changed) == order_id_mentions(text)


@given(text=TEXTS, seed=SEEDS)
def test_paraphrasing_changes_words_of_the_table_only(text: str, seed: int) -> None:
    changed = paraphrased(text, random.Random(seed))
    if changed is not None:
        assert changed != text
        assert order_id_mentions(changed) == order_id_mentions(text)


@given(text=TEXTS, seed=SEEDS, name=st.sampled_from(sorted(STAYING)))
def test_the_same_seed_gives_the_same_form(text: str, seed: int, name: str) -> None:
    change = STAYING[name]
    assert change(text, random.Random(seed)) == change(text, random.Random(seed))


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("It came on 2026-09-05.", "It came on 5 September 2026."),
        ("It came on 3 October.", "It came on October 3."),
        ("I paid 39.00 EUR.", "I paid \u20ac39.00."),
        ("I paid \u00a312.", "I paid 12 GBP."),
        ("It came on 2026-13-45.", None),  # no day
        ("Nothing here.", None),
    ],
)
def test_days_and_amounts_are_written_otherwise(text: str, changed: str | None) -> None:
    assert formats(text, random.Random(1)) == changed


def test_forms_follow_from_seed_and_case_alone(agent: Agent, make_claim: Make) -> None:
    case = make_claim(text=ALL_FORMS)
    decision = asyncio.run(AgentSubject(agent, "agent").answer(case)).decision
    assert decision is not None
    forms = [(name, changed) for name, changed, _ in followed(case, decision, SEED)]
    assert forms == [(name, changed) for name, changed, _ in followed(case, decision, SEED)]
    assert {name for name, _ in forms} >= set(STAYING)
    assert any(
        forms != [(name, changed) for name, changed, _ in followed(case, decision, seed)] for seed in range(10, 20)
    )
    assert all(changed != case for _, changed in forms)


@dataclass
class Frozen:
    """A subject that says again what was said of the original, whatever has changed. It remembers what it was asked."""

    answers: dict[str, Answer]
    asked: list[Case] = field(default_factory=list)
    name: str = "frozen"

    async def answer(self, case: Case) -> Answer:
        """See Subject.answer."""
        self.asked.append(case)
        return self.answers[case.id.partition("~")[0]]


@dataclass
class MindsGreetings:
    """A subject that takes a greeted ticket for something else."""

    of: AgentSubject
    name: str = "minds greetings"

    async def answer(self, case: Case) -> Answer:
        """See Subject.answer."""
        answer = await self.of.answer(case)
        if answer.decision is None or not case.text.startswith(("Hello,", "Dear", "Good morning,", "Hi there,")):
            return answer
        return Answer(answer.decision.model_copy(update={"next_action": NextAction.ESCALATE}), answer.trace)


def related(subject: object, pairs: list[tuple[Case, Answer]], **sealed: bool) -> dict[str, Relation]:
    found = asyncio.run(run_relations(subject, pairs, SEED, sealed=sealed.get("sealed", False)))
    return {relation.name: relation for relation in found}


@pytest.fixture
def pairs(agent: Agent, make_claim: Make, make_question: Make) -> list[tuple[Case, Answer]]:
    cases = [make_claim(), make_claim("test-claim-002", text=ALL_FORMS), make_question()]
    return [(case, asyncio.run(AgentSubject(agent, "agent").answer(case))) for case in cases]


def test_a_frozen_subject_stays_where_it_must_and_never_changes_where_it_must(pairs: list[tuple[Case, Answer]]) -> None:
    subject = Frozen({case.id: answer for case, answer in pairs})
    found = related(subject, pairs)
    assert set(found) == {*STAYING, *CHANGING}
    for name, relation in found.items():
        assert relation.must == ("stay" if name in STAYING else "change")
        assert relation.consistent.value == (1.0 if name in STAYING else 0.0), name
        assert bool(relation.examples) is (name in CHANGING)
    assert {case.id.partition("~")[0] for case in subject.asked} == {case.id for case, _ in pairs}


def test_a_subject_that_minds_greetings_fails_that_relation(agent: Agent, pairs: list[tuple[Case, Answer]]) -> None:
    found = related(MindsGreetings(AgentSubject(agent, "agent")), pairs)
    assert found["greeting and signature"].consistent.value == 0
    assert found["greeting and signature"].examples == tuple(case.id for case, _ in pairs)
    assert found["other amount"].consistent.value == 1


def test_the_agent_follows_what_changes_in_the_shop(agent: Agent, pairs: list[tuple[Case, Answer]]) -> None:
    found = related(AgentSubject(agent, "agent"), pairs)
    for name in ("other amount", "date past the window", "other customer"):
        assert found[name].consistent.value == 1, name


def test_sealed_relations_name_no_case(pairs: list[tuple[Case, Answer]]) -> None:
    found = related(Frozen({case.id: answer for case, answer in pairs}), pairs, sealed=True)
    assert found["other amount"].consistent.value == 0
    assert not any(relation.examples for relation in found.values())


def test_examples_are_a_few(agent: Agent, make_claim: Make) -> None:
    answer = asyncio.run(AgentSubject(agent, "agent").answer(make_claim()))
    pairs = [(make_claim(f"test-claim-{place:03}"), answer) for place in range(EXAMPLES_SHOWN + 3)]
    found = related(Frozen({case.id: answer for case, answer in pairs}), pairs)
    assert found["other customer"].consistent.n == EXAMPLES_SHOWN + 3
    assert len(found["other customer"].examples) == EXAMPLES_SHOWN


def test_what_was_refused_or_crashed_is_not_followed(make_claim: Make) -> None:
    frozen = Frozen({})
    assert related(frozen, [(make_claim(), Answer(rejected=True)), (make_claim(), Answer(crashed="E"))]) == {}
    assert frozen.asked == []


def test_a_changed_case_that_crashes_does_not_hold(pairs: list[tuple[Case, Answer]]) -> None:
    found = related(Frozen({case.id: Answer(crashed="E") for case, _ in pairs}), pairs)
    assert all(relation.consistent.value == 0 for relation in found.values())


def test_a_decision_that_would_do_for_the_changed_case_too_tells_nothing(pairs: list[tuple[Case, Answer]]) -> None:
    case, answer = pairs[0]
    assert answer.decision is not None
    blind = answer.decision.model_copy(update={"next_action": NextAction.REPLY, "order": None, "refund": None})
    names = {name for name, _, _ in followed(case, blind, SEED)}
    assert not names & {"negation", "other customer"}
    assert "other amount" in names


def test_changes_of_the_world_change_what_they_say(make_claim: Make) -> None:
    case, draw = make_claim(), random.Random(3)
    order = case.world.orders[0]
    made = {name: pair[0] for name, change in CHANGING.items() if (pair := change(case, draw)) is not None}
    assert set(made) == set(CHANGING)
    assert made["other amount"].world.orders[0].lines[0].price_minor > order.lines[0].price_minor * 2
    assert (made["date past the window"].world.day - case.world.day).days > 365
    assert made["other customer"].world.customer == STRANGER
    assert made["other customer"].world.orders[0].customer == case.world.customer
    assert order_id_mentions(made["negation"].text) == [order.id]
    for changed in made.values():
        assert changed.expect == case.expect


def test_what_offers_nothing_to_change_is_left_out(make_question: Make) -> None:
    assert [name for name, change in CHANGING.items() if change(make_question(), random.Random(1))] == []
