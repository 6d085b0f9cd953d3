"""The examples are enough, well spread, written for this project, and the committed head was learned from them."""

import collections
import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from agent.taxonomy import TAXONOMY, labels
from knowledge.errors import PartUnavailable
from knowledge.examples import Example, examples_hash, load_examples
from knowledge.head import HEADS, newest_head

FEWEST = 120
TOO_ALIKE = 0.5  # share of common word trigrams
FEWEST_WORDS = 6  # shorter texts are alike by chance


def trigrams(text: str) -> frozenset[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9']+", text.lower())
    return frozenset(zip(words, words[1:], words[2:], strict=False))


def near_duplicates(texts: Iterable[str], others: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield pairs of texts of at least six words that share half of their trigrams or more."""
    by_trigram: dict[tuple[str, ...], list[int]] = collections.defaultdict(list)
    known = [(other, trigrams(other)) for other in others]
    for place, (_, grams) in enumerate(known):
        for gram in grams:
            by_trigram[gram].append(place)
    for text in texts:
        grams = trigrams(text)
        if len(grams) < FEWEST_WORDS - 2:
            continue
        shared = collections.Counter(place for gram in grams for place in by_trigram[gram])
        for place, common in shared.items():
            other, its = known[place]
            if other is not text and common / len(grams | its) >= TOO_ALIKE:
                yield text, other


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return load_examples()


def test_every_category_and_topic_has_enough(examples: list[Example]) -> None:
    by_category = collections.Counter(example.category for example in examples)
    assert all(by_category[category] >= FEWEST for category in TAXONOMY)
    assert {example.label for example in examples} == labels()


def test_they_spread_over_businesses_and_styles(examples: list[Example]) -> None:
    for category in TAXONOMY:
        mine = [example for example in examples if example.category == category]
        assert len({example.business for example in mine}) >= 8
        assert len({example.style for example in mine}) >= 6
        assert sum("\n\n" in example.text for example in mine) >= 10


def test_ids_and_texts_are_unique(examples: list[Example]) -> None:
    assert len({example.id for example in examples}) == len(examples)
    assert len({" ".join(example.text.lower().split()) for example in examples}) == len(examples)


def test_no_two_examples_are_nearly_the_same(examples: list[Example]) -> None:
    texts = [example.text for example in examples]
    assert list(near_duplicates(texts, texts)) == []


def test_nothing_is_taken_from_public_data(examples: list[Example]) -> None:
    folder = os.environ.get("TRIAGE_PUBLIC_DATA")
    if not folder:
        pytest.skip("TRIAGE_PUBLIC_DATA is not set: near-duplicates of public data sets were not looked for")
    public = [
        json.loads(line)["text"]
        for file in sorted(Path(folder).glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    assert len(public) > 100
    assert list(near_duplicates([example.text for example in examples], public)) == []


def test_the_finder_finds() -> None:
    text = "Where is the blue chair that I ordered on Monday?"
    assert list(near_duplicates([text], ["Where is the blue chair that I ordered on Tuesday?"]))
    assert not list(near_duplicates([text], ["When will my parcel come? I ordered it on Monday."]))


def test_the_committed_head_was_learned_from_these_examples(examples: list[Example]) -> None:
    manifest = json.loads((HEADS / newest_head() / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["examples_sha256"] == examples_hash(examples)
    assert set(manifest["labels"]) == labels()
    assert manifest["unseen_businesses"]["calibration_error"] < 0.05


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"id": "x"}', '{"id": "x", "text": "t", "category": "c", "topic": "t", "y": 1}']
)
def test_a_line_that_is_no_example_is_named(tmp_path: Path, line: str) -> None:
    good = '{"id": "x", "text": "t", "category": "c", "topic": "t"}'
    (tmp_path / "a.jsonl").write_text(f"{good}\n{line}\n", encoding="utf-8")
    with pytest.raises(PartUnavailable, match=r"a\.jsonl line 2"):
        load_examples(tmp_path)
