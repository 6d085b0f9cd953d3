"""Question to passages: what counts is in force, good enough, and not lost by one of the two halves."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from knowledge.encoder.protocol import Encoder
from knowledge.library import Library
from knowledge.policies import Passage
from knowledge.search import Search, SearchSettings
from knowledge.store import ensure_library

DAY = date(2026, 10, 15)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, passages: list[Passage], encoder: Encoder) -> Iterator[Library]:
    folder: Path = tmp_path_factory.mktemp("library")
    opened = ensure_library(folder, passages, encoder)
    yield opened
    opened.index.close()


def found(library: Library, encoder: Encoder, question: str, day: date = DAY, **settings: float) -> list[str]:
    merged = {"passages": 5, "lowest_score": 0.0, "lexical_weight": 0.5, "category_bonus": 0.0} | settings
    search = Search(library, SearchSettings(**merged))  # type: ignore[arg-type]
    return [one.passage.id for one in search.find(question, encoder.encode([question])[0], day, "visits")]


def test_only_what_is_in_force_on_the_day(library: Library, encoder: Encoder) -> None:
    assert found(library, encoder, "price of a ticket")[0] == "museum.10"
    assert "museum.9" not in found(library, encoder, "price of a ticket", passages=20)
    assert "museum.9" in found(library, encoder, "price of a ticket", date(2025, 6, 1))
    assert found(library, encoder, "price of a ticket", date(2024, 6, 1)) == []


def test_nothing_good_enough_is_an_answer(library: Library, encoder: Encoder) -> None:
    assert found(library, encoder, "quantum chromodynamics on the lattice", lowest_score=0.6) == []


def test_words_find_what_vectors_blur(library: Library, encoder: Encoder) -> None:
    assert "museum.11" in found(library, encoder, "199", passages=3)
    assert found(library, encoder, "??? !!!", passages=3)


def test_how_customers_ask_leads_to_the_passage_and_is_never_quoted(library: Library, encoder: Encoder) -> None:
    assert found(library, encoder, "entrance fee", passages=1) == ["museum.10"]
    (place,) = library.nearest(encoder.encode(["entrance fee"])[0], 1)
    assert "fee" not in library.passages[place].text


def test_no_more_than_asked_for_best_first_and_repeatable(library: Library, encoder: Encoder) -> None:
    first = found(library, encoder, "when is it open", passages=3)
    assert len(first) == 3
    assert first == found(library, encoder, "when is it open", passages=3)


def test_articles_that_state_a_rule_are_found_by_its_id(library: Library, encoder: Encoder) -> None:
    search = Search(library, SearchSettings(5, 0.0, 0.5, 0.0))
    vector = encoder.encode(["ticket"])[0]
    assert [one.passage.id for one in search.stating("TICKET", vector, DAY)] == ["museum.10"]
    assert [one.passage.id for one in search.stating("TICKET", vector, date(2025, 6, 1))] != []
    assert search.stating("UNKNOWN", vector, DAY) == []
