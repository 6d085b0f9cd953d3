"""Question to passages: dense and lexical candidates, fused by rank. "Nothing good enough" is an answer."""

from dataclasses import dataclass
from datetime import date

from knowledge.encoder.protocol import Vectors
from knowledge.policies import Passage
from knowledge.store import Library

CANDIDATES = 24  # from each half; superseded articles among them fall out afterwards
RANK_DAMPING = 60  # the usual constant of reciprocal rank fusion


@dataclass(frozen=True)
class SearchSettings:
    """What a release says about retrieval."""

    passages: int  # how many a run is given
    lowest_score: float  # cosine below which a passage is not good enough
    lexical_weight: float  # of the lexical rank against the dense one
    category_bonus: float  # added to the fused score of passages of the ticket's category


@dataclass(frozen=True)
class Found:
    """A passage with its cosine similarity to the question."""

    passage: Passage
    score: float


class Search:
    """Searches one library with one release's settings."""

    def __init__(self, library: Library, settings: SearchSettings) -> None:
        self._library = library
        self._settings = settings

    def find(self, question: str, vector: Vectors, day: date, category: str | None = None) -> list[Found]:
        """Return passages in force on `day`, best first, none below the lowest score; perhaps none at all.

        `vector` is the question's, shape (dimensions,). Passages of `category` are preferred, not required.
        """
        settings = self._settings
        cosines: dict[str, tuple[Passage, float]] = {}
        fused: dict[str, float] = {}
        for rank, (passage, score) in enumerate(self._library.index.nearest(vector, CANDIDATES)):
            cosines[passage.id] = (passage, score)
            fused[passage.id] = 1 / (RANK_DAMPING + rank)
        lexical = self._library.lexical.best(question, CANDIDATES) if settings.lexical_weight else []
        for rank, id in enumerate(lexical):
            fused[id] = fused.get(id, 0.0) + settings.lexical_weight / (RANK_DAMPING + rank)
        unseen = [id for id in lexical if id not in cosines]
        cosines.update({passage.id: (passage, score) for passage, score in self._library.index.fetch(unseen, vector)})

        def weight(id: str) -> tuple[float, str]:
            bonus = settings.category_bonus if cosines[id][0].category == category else 0.0
            return (-fused[id] - bonus, id)

        ranked = [Found(*cosines[id]) for id in sorted(fused, key=weight)]
        good = [found for found in ranked if found.score >= settings.lowest_score and found.passage.in_force(day)]
        return good[: settings.passages]

    def stating(self, rule_id: str, vector: Vectors, day: date) -> list[Found]:
        """Return the passages in force of the articles that state a rule, those nearest to the vector first."""
        ids = self._library.stating.get(rule_id, [])
        found = [Found(*pair) for pair in self._library.index.fetch(ids, vector) if pair[0].in_force(day)]
        return sorted(found, key=lambda one: (-one.score, one.passage.id))
