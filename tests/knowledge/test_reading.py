"""Ticket texts to vectors: numbers masked, long texts pooled, alone as in a batch."""

import numpy as np
import pytest

from knowledge.encoder.protocol import Encoder
from knowledge.reading import masked, read

MASKED = [
    ("Where is A-10234?", "Where is my order?"),
    ("refund order no. A-10234 please", "refund my order please"),
    ("order #55812 and order 9981-22", "my order and my order"),
    ("code 1234567890, call 0049123456789", "code number, call number"),
    ("3 chairs for 120 EUR on 4 May", "3 chairs for 120 EUR on 4 May"),
    ("no digits here", "no digits here"),
]


@pytest.mark.parametrize(("text", "expected"), MASKED)
def test_numbers_are_masked(text: str, expected: str) -> None:
    assert masked(text) == expected


def test_another_order_number_gives_the_same_vector(encoder: Encoder) -> None:
    reads = read(["Where is A-10234?", "Where is A-10399?"], encoder, frozenset())
    assert (reads.vectors[0] == reads.vectors[1]).all()
    assert reads.texts[0] == reads.texts[1]


def test_a_batch_gives_what_each_text_alone_gives(encoder: Encoder) -> None:
    texts = ["refund", "My parcel is late. " * 300, "?", "Hello, can I swap it? " * 40]
    together = read(texts, encoder, frozenset({"parcel"}))
    assert together.windows == (1, 3, 1, 2)
    assert np.allclose(np.linalg.norm(together.vectors, axis=1), 1, atol=1e-5)
    for text, vector, words in zip(texts, together.vectors, together.texts, strict=True):
        alone = read([text], encoder, frozenset({"parcel"}))
        assert float(alone.vectors[0] @ vector) > 0.9999
        assert alone.texts == (words,)


def test_nothing_to_read(encoder: Encoder) -> None:
    nothing = read([], encoder, frozenset())
    assert (nothing.vectors.shape, nothing.windows, nothing.texts) == ((0, encoder.dimensions), (), ())
