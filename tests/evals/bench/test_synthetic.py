"""Made passages look like the shop's own, are the same everywhere, and their vectors are of length 1."""

import re
from itertools import islice

import numpy as np
import pytest

from evals.bench.synthetic import MixingEncoder, base_texts, bench_passages, synthetic_passages
from knowledge.policies import LONGEST_PASSAGE, Passage
from knowledge.store import load_passages


@pytest.fixture(scope="module")
def made() -> list[Passage]:
    return list(islice(synthetic_passages(), 3000))


def test_made_passages_are_the_same_every_time_and_cut_like_the_shop_s_own(made: list[Passage]) -> None:
    assert list(islice(synthetic_passages(), 50)) == made[:50]
    assert list(islice(synthetic_passages(seed=1), 50)) != made[:50]
    assert len({one.id for one in made}) == len(made)
    real = load_passages()
    assert {one.category for one in made} >= {one.category for one in real}
    lengths = [len(one.text) for one in made]
    assert max(lengths) <= LONGEST_PASSAGE
    mean = sum(len(one.text) for one in real) / len(real)
    assert 0.7 * mean < sum(lengths) / len(lengths) < 1.4 * mean
    assert all(len(one.views()) == 3 for one in made)


def test_the_vocabulary_grows_with_the_passages(made: list[Passage]) -> None:
    def words(passages: list[Passage]) -> int:
        return len({word for one in passages for word in re.findall(r"\w+", " ".join(one.views()).lower())})

    assert words(made[:300]) < words(made[:1000]) / 1.5 < words(made) / 2


def test_fewer_passages_are_a_prefix_and_the_shop_s_own_come_first(made: list[Passage]) -> None:
    real = load_passages()
    assert len(bench_passages(real, 10)) == 10
    assert bench_passages(real, 100)[:10] == bench_passages(real, 10)
    many = bench_passages(real, len(real) + 40)
    assert set(many[: len(real)]) == set(real)
    assert many[len(real) :] == made[:40]


def test_mixed_vectors_have_length_1_lie_near_their_sources_and_known_texts_keep_their_own() -> None:
    draw = np.random.default_rng(3)
    base = draw.standard_normal((40, 64)).astype(np.float32)
    base /= np.linalg.norm(base, axis=1, keepdims=True)
    known = {f"known {row}": base[row] for row in range(40)}
    encoder = MixingEncoder(known, "weights")
    texts = [f"text {number}" for number in range(200)] + ["known 7"]
    vectors = encoder.encode(texts)
    assert vectors.dtype == np.float32
    assert vectors.shape == (201, 64)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert np.array_equal(vectors[-1], base[7])
    assert np.array_equal(encoder.encode(texts), vectors)
    nearest, second = np.sort(vectors[:-1] @ base.T, axis=1)[:, :-3:-1].T
    assert nearest.min() > 0.6
    assert np.median(second) > 0.4
    assert np.unique(vectors, axis=0).shape[0] == 201


def test_base_texts_are_all_different() -> None:
    texts = base_texts()
    assert len(set(texts)) == len(texts) > 500
