"""Makes articles in the shop's own style by code, and vectors for them: enough passages to see how a search grows.

The words are drawn so that the vocabulary grows with the number of articles, as it does in real ones: things and places
from lists, makers' names from syllables, and model numbers. The articles are cut by the project's own `cut`.
"""

import random
import tomllib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

import numpy as np

from agent.taxonomy import TAXONOMY
from knowledge.encoder.protocol import Vectors
from knowledge.policies import Passage, Policy, cut

SEED = 20261125
SECTIONS = 6  # of an article; nearly always one passage each
BASE_TEXTS = 600  # made texts that are really encoded, beside those of the shop's own articles
SHARE = (0.3, 0.7)  # of the first of two base vectors in a mixed one
BLOCK = 10_000  # rows mixed at a time, so that memory stays small
NOISE = 0.3  # length of the noise that is added to a mixed vector of length 1
VALID_FROM = date(2026, 1, 1)
TEXTS = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True)
class Texts:
    """Words and templates of synthetic.toml."""

    things: list[str]
    materials: list[str]
    places: list[str]
    syllables: list[str]
    headings: list[str]
    asked: list[str]
    statements: list[str]


def load_texts() -> Texts:
    """Read the file."""
    table = tomllib.loads(TEXTS.read_text(encoding="utf-8"))
    return Texts(**{name: words.split() for name, words in table["words"].items()}, **table["templates"])


def synthetic_passages(seed: int = SEED) -> Iterator[Passage]:
    """Yield passages without end, the same ones in the same order on every machine."""
    draw = random.Random(seed)  # noqa: S311 - made up articles, not a secret
    texts, categories = load_texts(), sorted(TAXONOMY)
    number = 0
    while True:
        number += 1
        words = _words(texts, draw)
        body = "".join(_section(texts, words, draw) for _ in range(SECTIONS))
        yield from cut(
            Policy(
                id=f"made-{number}",
                title=f"{words['maker']} {words['model']}: {words['material']} {words['thing']}",
                version=1,
                valid_from=VALID_FROM,
                valid_to=None,
                category=draw.choice(categories),
                body=body,
            )
        )


def bench_passages(real: Sequence[Passage], count: int) -> list[Passage]:
    """Return `count` passages: the shop's own ones in a fixed random order, then made ones. Fewer are a prefix."""
    shuffled = random.Random(SEED).sample(real, len(real))  # noqa: S311 - an order, not a secret
    return shuffled[:count] + list(islice(synthetic_passages(), max(0, count - len(real))))


def base_texts() -> list[str]:
    """Return the made texts that are really encoded."""
    views = (view for passage in synthetic_passages() for view in passage.views())
    return list(islice(dict.fromkeys(islice(views, 3 * BASE_TEXTS)), BASE_TEXTS))


class MixingEncoder:
    """Stands in for an encoder where 100,000 texts would take an hour: see knowledge.encoder.protocol.Encoder.

    Texts of `known` have their real vectors. All others get the mean of two of these, weighted at random, with noise,
    brought to length 1: a cloud like the real one, but not near to what the text says.
    """

    window = 0

    def __init__(self, known: Mapping[str, Vectors], identity: str) -> None:
        self.identity = identity
        self._known = known
        self._base = np.stack(list(known.values()))
        self.dimensions = int(self._base.shape[1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See Encoder.encode; the same texts in the same order have the same vectors."""
        draw = np.random.default_rng([SEED, zlib.crc32("\n".join(texts).encode())])
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for start in range(0, len(texts), BLOCK):
            vectors[start : start + BLOCK] = self._mixed(min(BLOCK, len(texts) - start), draw)
        for row, text in enumerate(texts):
            if text in self._known:
                vectors[row] = self._known[text]
        return vectors

    def _mixed(self, count: int, draw: np.random.Generator) -> Vectors:
        share = draw.uniform(*SHARE, size=(count, 1)).astype(np.float32)
        first, second = (self._base[draw.integers(len(self._base), size=count)] for _ in range(2))
        noise = draw.standard_normal(first.shape, dtype=np.float32) * np.float32(NOISE / self.dimensions**0.5)
        return _of_length_1(_of_length_1(share * first + (1 - share) * second) + noise)

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """See Encoder.token_spans: the whole text, as nothing here is cut to windows."""
        return [(0, len(text))]


def _of_length_1(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def _words(texts: Texts, draw: random.Random) -> dict[str, str]:
    maker = "".join(draw.choices(texts.syllables, k=draw.randint(2, 4))).capitalize()
    return {
        "thing": draw.choice(texts.things),
        "material": draw.choice(texts.materials),
        "place": draw.choice(texts.places),
        "maker": maker,
        "model": f"{maker[:2].upper()}{draw.randint(100, 9999)}",
    }


def _section(texts: Texts, words: Mapping[str, str], draw: random.Random) -> str:
    def filled(template: str) -> str:
        amounts = {"days": str(draw.randint(7, 90)), "few": str(draw.randint(2, 6)), "money": str(draw.randint(5, 95))}
        return template.format(**words, **amounts)

    heading, asked = filled(draw.choice(texts.headings)), filled(draw.choice(texts.asked))
    statements = " ".join(filled(one) for one in draw.sample(texts.statements, 3))
    return f"## {heading}\nAsked: {asked}\n{statements}\n"
