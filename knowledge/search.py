"""Question to passages: dense and lexical candidates, fused by rank. "Nothing good enough" is an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from knowledge.encoder.protocol import Vectors
from knowledge.library import Library
from knowledge.policies import Passage

CANDIDATES = 24  # from each half; superseded articles among them fall out afterwards
RANK_DAMPING = 60  # the usual constant of reciprocal rank fusion


@dataclass(frozen=True)
class SearchSettings:
    """What a release says about retrieval."""

    passages: int  # how many a run is given
    lowest_score: float  # cosine below which a passage is not good enough
    lexical_weight: float  # of the lexical rank against the dense one
    category_bonus: float  # added to the fused score of passages of the ticket's category
    sure_score: float = 0.0  # cosine from which the best passage is believed whatever the words say
    agreeing: int = 0  # below that it is believed only among so many first of both halves


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
        self._passages_by_id = {passage.id: passage for passage in library.passages}

    @property
    def content(self) -> str:
        """Return the hash of the policies and the encoder that the library was built from."""
        return self._library.content

    @property
    def waits(self) -> bool:
        """Say whether a search waits for a server."""
        return self._library.index.waits

    @property
    def passages_by_id(self) -> dict[str, Passage]:
        """Return all passages, those of superseded articles too."""
        return self._passages_by_id

    def close(self) -> None:
        """Let go of the library's files."""
        self._library.close()

    def find(self, question: str, vector: Vectors, day: date, category: str | None = None) -> list[Found]:
        """Return passages in force on `day`, best first, none below the lowest score; perhaps none at all.

        `vector` is the question's, shape (dimensions,). Passages of `category` are preferred, not required. Where the
        best is neither near enough nor among the first of both halves, what was found is by chance, and nothing is
        returned.
        """
        settings = self._settings
        cosines = self._library.nearest(vector, CANDIDATES)
        dense = list(cosines)
        fused = {place: 1 / (RANK_DAMPING + rank) for rank, place in enumerate(dense)}
        lexical = self._library.lexical.best(question, CANDIDATES) if settings.lexical_weight else []
        for rank, place in enumerate(lexical):
            fused[place] = fused.get(place, 0.0) + settings.lexical_weight / (RANK_DAMPING + rank)
            cosines.setdefault(place, self._library.cosine(place, vector))
        passages = self._library.passages
        for place in fused:
            fused[place] += settings.category_bonus * (passages[place].category == category)
        good = [
            place
            for place in sorted(fused, key=lambda one: (-fused[one], one))
            if cosines[place] >= settings.lowest_score and passages[place].in_force(day)
        ]
        if not good or not self._believed(good[0], cosines[good[0]], dense, lexical):
            return []
        return [Found(passages[place], cosines[place]) for place in good[: settings.passages]]

    def _believed(self, place: int, cosine: float, dense: Sequence[int], lexical: Sequence[int]) -> bool:
        first = self._settings.agreeing
        return cosine >= self._settings.sure_score or (place in dense[:first] and place in lexical[:first])

    def stating(self, rule_id: str, vector: Vectors, day: date) -> list[Found]:
        """Return the passages in force of the articles that state a rule, those nearest to the vector first."""
        passages = self._library.passages
        places = [place for place in self._library.stating.get(rule_id, []) if passages[place].in_force(day)]
        found = [Found(passages[place], self._library.cosine(place, vector)) for place in places]
        return sorted(found, key=lambda one: (-one.score, one.passage.id))
