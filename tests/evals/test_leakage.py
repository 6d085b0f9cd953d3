"""The two nets catch what was copied and what was only reworded, and leave alone what merely shares a subject."""

from pathlib import Path

import numpy as np
import pytest

from agent.assemble import Agent
from evals.leakage import FEWEST_WORDS_OF_PARAPHRASE, PAIRS, Leak, leaks, near_duplicates, sources, trigrams
from evals.vectors import kept_vectors
from knowledge.encoder.protocol import Encoder, Vectors

# Written by hand: the same request in other words, so that hardly a trigram is shared.
PARAPHRASES = (
    (
        "I ordered a desk lamp two weeks ago and the tracking page has not moved since Monday, can you find out where"
        " it is?",
        "My desk lamp was ordered a fortnight ago and since Monday the tracking shows no movement at all, could you"
        " check where it has got to?",
    ),
    (
        "Please cancel the subscription for my coffee box before the next payment is taken at the end of this month.",
        "I'd like my coffee box subscription ended before you take the next payment at the close of the month, please.",
    ),
    (
        "The kettle arrived with a cracked lid and I would like a replacement rather than my money back.",
        "My kettle came with its lid cracked; I don't want a refund, I would rather have a new one sent.",
    ),
    (
        "I can't log into my account any more because the password reset e-mail never arrives, not even in the spam"
        " folder.",
        "Logging in to my account no longer works: the e-mail for resetting the password doesn't come, and it's not in"
        " spam either.",
    ),
    (
        "You charged my credit card twice for the same order yesterday, please return one of the two payments.",
        "Yesterday my card was billed two times for one and the same order; kindly give me back one of those charges.",
    ),
)
# Two customers, one subject each.
APART = (
    (
        "My desk lamp should have come on Friday, and the carrier's page says that nobody was at home to take it.",
        "The wardrobe was to be delivered last week. It was in your depot on Tuesday and has been there ever since.",
    ),
    (
        "Please cancel my order for the garden chairs, my neighbour has just given me four of hers for nothing.",
        "What does it cost to cancel an order for a made-to-order sofa when the workshop has started already?",
    ),
    (
        "The kettle arrived with a cracked lid and I would like a replacement rather than my money back.",
        "One of the six wine glasses was in pieces when I opened the parcel, so what do you want me to do now?",
    ),
    (
        "I can't log into my account any more because the password reset e-mail never arrives, not even in the spam"
        " folder.",
        "Since I got a new phone, the code for signing in goes to my old number and I can't get into my account.",
    ),
)


def found(agent: Agent, kept: Path, one: str, other: str) -> list[Leak]:
    return list(leaks(agent.reader.encoder, kept, {"holdout": {"h-1": one}, "dev": {"d-1": other}}))


def test_paraphrases_are_found_by_their_vectors(agent: Agent, tmp_path: Path) -> None:
    caught = [found(agent, tmp_path, one, other) for one, other in PARAPHRASES]
    assert all(len(text.split()) >= FEWEST_WORDS_OF_PARAPHRASE for pair in PARAPHRASES for text in pair)
    assert sum(bool(leak) for leak in caught) >= 4
    assert {leak.net for one in caught for leak in one} == {"vectors"}


def test_other_order_numbers_do_not_hide_a_copy(agent: Agent, tmp_path: Path) -> None:
    one = "Could you please tell me when order A-10234 will arrive, I have been waiting for it since last Thursday?"
    caught = found(agent, tmp_path, one, one.replace("A-10234", "A-99881"))
    assert {leak.net for leak in caught} == {"trigrams", "vectors"}


def test_a_copy_with_small_edits_is_found_by_its_words() -> None:
    one = {"h-1": "My parcel was due on Monday and nobody can tell me where it is now."}
    edits = (
        "My parcel was due on Friday and nobody can tell me where it is now!",
        "Hello, my parcel was due on Monday and nobody can tell me where it is",
        "MY PARCEL WAS DUE ON MONDAY, AND NOBODY CAN TELL ME WHERE IT IS NOW",
    )
    for edit in edits:
        (leak,) = near_duplicates(one, {"d-1": edit})
        assert (leak.one, leak.other, leak.net) == ("h-1", "d-1", "trigrams")
        assert str(leak).startswith("h-1 and d-1 are too alike (trigrams ")


def test_tickets_on_the_same_subject_are_left_alone(agent: Agent, tmp_path: Path) -> None:
    assert [pair for pair in APART if found(agent, tmp_path, *pair)] == []


def test_short_texts_are_alike_by_chance(agent: Agent, tmp_path: Path) -> None:
    assert found(agent, tmp_path, "Where is my parcel now?", "Where is my parcel now?") == []
    short = ("Wo bleibt denn nur mein Paket, bitte?", "Wo bleibt nur mein Paket, bitte sehr?")
    assert "vectors" not in {leak.net for leak in found(agent, tmp_path, *short)}


def test_trigrams_do_not_see_order_numbers() -> None:
    assert trigrams("I wait for A-10234 since Monday") == trigrams("I wait for A-55555 since Monday")
    assert trigrams("two words") == frozenset()


def test_every_pair_names_sources_that_there_are() -> None:
    assert {name for pair in PAIRS for name in pair} == set(sources())
    assert {"dev", "examples", "labelled", "replies", "asked"} == {
        seen for measured, seen in PAIRS if measured == "holdout"
    }


def test_earlier_messages_of_a_conversation_are_compared_too() -> None:
    assert any(".before.1" in id for id in sources()["dev"]())


class Counting:
    """An encoder that counts what it is asked."""

    def __init__(self, of: Encoder) -> None:
        self.of, self.texts = of, 0
        self.identity, self.dimensions, self.window = of.identity, of.dimensions, of.window

    def encode(self, texts: list[str]) -> Vectors:
        self.texts += len(texts)
        return self.of.encode(texts)

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        return self.of.token_spans(text)


@pytest.fixture
def counting(agent: Agent) -> Counting:
    return Counting(agent.reader.encoder)


def test_vectors_are_kept_until_a_text_changes(counting: Counting, tmp_path: Path) -> None:
    first = kept_vectors(counting, ["one", "two"], tmp_path / "kept")
    assert np.array_equal(kept_vectors(counting, ["one", "two"], tmp_path / "kept"), first)
    assert counting.texts == 2
    kept_vectors(counting, ["one", "three"], tmp_path / "kept")
    assert counting.texts == 4
    assert len(list((tmp_path / "kept").iterdir())) == 2


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY broken", b"not vectors"])
def test_damaged_vectors_are_made_anew(counting: Counting, tmp_path: Path, content: bytes) -> None:
    first = kept_vectors(counting, ["one"], tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    assert np.array_equal(kept_vectors(counting, ["one"], tmp_path), first)
    assert counting.texts == 2
    kept_vectors(counting, ["one"], tmp_path)
    assert counting.texts == 2


@pytest.mark.slow
def test_the_shipped_data_does_not_leak(agent: Agent, var: Path) -> None:
    assert [str(leak) for leak in leaks(agent.reader.encoder, var / "evals" / "vectors")] == []
