"""Whether what is measured on was seen before: near-duplicates and paraphrases between splits and learned texts.

Two nets. Word trigrams catch copies with small edits in texts of any length; vectors catch paraphrases. A shared idea
is no leak ("where is my parcel" will be asked twice), so short texts, which are alike by chance, are left to trigrams.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agent.replies import REPLIES, load_replies
from evals.cases.loading import DATA, load_cases
from evals.datasets import load_labelled
from evals.measures.retrieval import load_questions
from evals.vectors import kept_vectors
from knowledge.encoder.protocol import Encoder, Vectors
from knowledge.examples import load_examples
from knowledge.policies import cut, load_policies
from knowledge.reading import masked

TOO_ALIKE = 0.5  # share of common word trigrams
FEWEST_WORDS = 6  # shorter texts are alike by chance
# Cosine. It finds four of the five paraphrases in tests/evals/test_leakage.py, which lie at 0.844 to 0.912; shipped
# texts that only share a subject reach 0.835 at most. With another encoder both have to be measured again.
PARAPHRASE = 0.85
FEWEST_WORDS_OF_PARAPHRASE = 12

Texts = Mapping[str, str]  # id to text


@dataclass(frozen=True)
class Leak:
    """Two texts that are too alike, and by which net."""

    one: str
    other: str
    net: str
    score: float

    def __str__(self) -> str:
        return f"{self.one} and {self.other} are too alike ({self.net} {self.score:.2f})"


# Each pair: what is measured on, and what it must not resemble.
PAIRS = (
    ("holdout", "dev"),
    ("holdout", "examples"),
    ("holdout", "labelled"),
    ("holdout", "replies"),
    ("holdout", "asked"),
    ("dev", "examples"),
    ("dev", "replies"),
    ("dev", "asked"),
    ("labelled", "examples"),
    ("labelled", "asked"),
    ("questions", "asked"),
    ("questions", "examples"),
)


def sources() -> dict[str, Callable[[], Texts]]:
    """Return what is compared, by name."""
    return {
        "dev": lambda: _said(DATA / "dev"),
        "holdout": lambda: _said(DATA / "holdout"),
        "labelled": lambda: {ticket.id: ticket.text for ticket in load_labelled()},
        "examples": lambda: {example.id: example.text for example in load_examples()},
        "questions": lambda: {question.id: question.question for question in load_questions()},
        "replies": _replies,
        "asked": _asked,
    }


def leaks(encoder: Encoder, kept: Path, texts: Mapping[str, Texts] | None = None) -> Iterator[Leak]:
    """Yield all pairs that are too alike; `kept` is a folder for vectors."""
    loaded = texts or {name: read() for name, read in sources().items()}
    vectors = {name: _vectors(encoder, kept, found) for name, found in loaded.items()}
    for measured, seen in PAIRS:
        if measured in loaded and seen in loaded:
            yield from near_duplicates(loaded[measured], loaded[seen])
            yield from _paraphrases(loaded[measured], loaded[seen], vectors[measured], vectors[seen])


def near_duplicates(texts: Texts, others: Texts) -> Iterator[Leak]:
    """Yield pairs of texts of at least six words that share half of their trigrams or more."""
    by_trigram: dict[tuple[str, ...], list[str]] = defaultdict(list)
    known = {id: trigrams(text) for id, text in others.items()}
    for id, grams in known.items():
        for gram in grams:
            by_trigram[gram].append(id)
    for id, text in texts.items():
        grams = trigrams(text)
        if len(grams) < FEWEST_WORDS - 2:
            continue
        shared = Counter(other for gram in grams for other in by_trigram[gram] if other != id)
        for other, common in shared.items():
            score = common / len(grams | known[other])
            if score >= TOO_ALIKE:
                yield Leak(id, other, "trigrams", score)


def trigrams(text: str) -> frozenset[tuple[str, ...]]:
    """Return the text's word trigrams, order numbers left out."""
    words = re.findall(r"[a-z0-9']+", masked(text).lower())
    return frozenset(zip(words, words[1:], words[2:], strict=False))


def _paraphrases(texts: Texts, others: Texts, vectors: Vectors, their: Vectors) -> Iterator[Leak]:
    ids, other_ids = list(texts), list(others)
    cosines = vectors @ their.T
    for row, column in zip(*np.nonzero(cosines >= PARAPHRASE), strict=True):
        one, other = ids[row], other_ids[column]
        long_enough = min(len(texts[one].split()), len(others[other].split())) >= FEWEST_WORDS_OF_PARAPHRASE
        if one != other and long_enough:
            yield Leak(one, other, "vectors", float(cosines[row, column]))


def _vectors(encoder: Encoder, kept: Path, texts: Texts) -> Vectors:
    return kept_vectors(encoder, [masked(text) for text in texts.values()], kept)


def _said(split: Path) -> Texts:
    """Return all that customers say in a split's cases, earlier messages apart."""
    texts: dict[str, str] = {}
    for case in load_cases(split):
        texts |= {f"{case.id}.before.{place}": turn.customer for place, turn in enumerate(case.before, start=1)}
        texts[case.id] = case.text
    return texts


def _replies() -> Texts:
    texts: dict[str, str] = {}
    for file in sorted(REPLIES.glob("v*.toml")):
        for key, paragraphs in load_replies(file.stem).texts.items():
            texts |= {f"{file.stem}/{key}.{place}": text for place, text in enumerate(paragraphs)}
    return texts


def _asked() -> Texts:
    found: dict[str, str] = {}
    for policy in load_policies():
        for passage in cut(policy):
            found |= {f"{passage.policy_id}/{passage.section}.{place}": one for place, one in enumerate(passage.asked)}
    return found
