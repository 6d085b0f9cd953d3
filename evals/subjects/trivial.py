"""Trivial agents: a measure on which one of them comes near the real agent measures little."""

import collections
import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agent.assemble import Agent
from agent.decision import Decision, Escalation, FollowUp, Usage
from agent.taxonomy import LOOK_UPS, TAXONOMY, Handling, NextAction, topic_of
from evals.cases.case import Case
from evals.subjects.subject import Answer
from evals.vectors import kept_vectors
from knowledge.encoder.protocol import Vectors
from knowledge.examples import Example, load_examples
from knowledge.plain_text import is_blank, plain
from knowledge.reading import masked
from tools.orders import order_id_mentions

Guess = tuple[str, str]  # category and topic
LONGEST = 2000  # characters that a trivial agent reads
WORDS = {
    NextAction.REPLY: "Thank you for your message.",
    NextAction.ASK_FOLLOW_UP: "Which order is this about?",
    NextAction.ESCALATE: "A person takes this over.",
    NextAction.REFUSE: "This is not for this desk.",
}


@dataclass(frozen=True)
class TrivialAgent:
    """Chooses category and topic by one rule, and the action by another; it calls no tool and quotes nothing."""

    name: str
    guess: Callable[[str], Guess]
    act: Callable[[Guess, str], NextAction]

    async def answer(self, case: Case) -> Answer:
        """See Subject.answer."""
        text = plain(case.full_text()).strip()
        if is_blank(text):
            return Answer(rejected=True)
        guess = self.guess(text[:LONGEST])
        return Answer(_decision(case, guess, self.act(guess, text[:LONGEST]), self.name))


def trivial_agents(agent: Agent, kept: Path) -> list[TrivialAgent]:
    """Return all of them; those that need labelled tickets take the classifier's own examples.

    `kept` is a folder for the vectors of the examples.
    """
    examples = load_examples()
    counted = collections.Counter((example.category, example.topic) for example in examples)
    most = counted.most_common(1)[0][0]
    first = next(iter(TAXONOMY))
    nothing: Guess = (first, next(iter(TAXONOMY[first].topics)))
    return [
        TrivialAgent("does nothing", lambda _: nothing, lambda *_: NextAction.REPLY),
        TrivialAgent("always escalates", lambda _: most, lambda *_: NextAction.ESCALATE),
        TrivialAgent("majority class", lambda _: most, _usual_action),
        TrivialAgent("keywords", _by_keywords(), _usual_action),
        TrivialAgent("nearest example", _by_nearest(agent, examples, kept), _usual_action),
    ]


def _usual_action(guess: Guess, text: str) -> NextAction:
    handling = topic_of(*guess).handling
    if handling is Handling.REFUSE:
        return NextAction.REFUSE
    if handling is Handling.PERSON:
        return NextAction.ESCALATE
    if handling in LOOK_UPS and not order_id_mentions(text):
        return NextAction.ASK_FOLLOW_UP
    return NextAction.REPLY


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]{4,}", text.lower()))


def _by_keywords() -> Callable[[str], Guess]:
    """Guess the topic whose definition shares most words with the ticket."""
    words = {
        (category, topic): _words(f"{category} {topic} {rule.definition} {one.definition}".replace("_", " "))
        for category, rule in TAXONOMY.items()
        for topic, one in rule.topics.items()
    }
    return lambda text: max(words, key=lambda guess: len(words[guess] & _words(text)))


def _by_nearest(agent: Agent, examples: list[Example], kept: Path) -> Callable[[str], Guess]:
    """Guess what the example with the nearest vector is."""

    @functools.cache
    def vectors() -> Vectors:  # thousands of texts, so only where somebody asks
        return kept_vectors(agent.reader.encoder, [masked(example.text)[:LONGEST] for example in examples], kept)

    def guess(text: str) -> Guess:
        nearest = examples[int(np.argmax(vectors() @ agent.reader.encode([masked(text)])[0]))]
        return nearest.category, nearest.topic

    return guess


def _decision(case: Case, guess: Guess, action: NextAction, name: str) -> Decision:
    category, topic = guess
    rule, one = TAXONOMY[category], topic_of(category, topic)
    escalates, asks = action is NextAction.ESCALATE, action is NextAction.ASK_FOLLOW_UP
    return Decision(
        ticket_id=case.id,
        conversation_id=case.cluster,
        category=category,
        confidence=1.0,
        alternatives=[],
        priority=one.priority or rule.priority,
        next_action=action,
        reply=WORDS[action],
        language="en",
        follow_up=FollowUp(asks_for=["order_id"]) if asks else None,
        escalation=Escalation(team=one.team or rule.team, reason="trivial") if escalates else None,
        order=None,
        refund=None,
        citations=[],
        tool_calls=[],
        flags=[],
        release=name,
        model=name,
        prompts={},
        usage=Usage(),
        latency_ms=0.0,
        trace_id="none",
    )
