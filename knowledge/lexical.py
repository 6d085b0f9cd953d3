"""The lexical half of the search: BM25 over stemmed words. It finds the exact words that vectors blur."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from knowledge.errors import PartUnavailable

MEND = "Run `python -m knowledge build`."


class Lexical:
    """Words to the places of texts, from a folder that `write_lexical` made."""

    def __init__(self, folder: Path) -> None:
        import bm25s

        try:
            self._bm25 = bm25s.BM25.load(str(folder), mmap=True)
        except Exception as problem:  # what damaged bytes raise is no closed set; an emptied array is an EOFError
            raise PartUnavailable("index", "the lexical index is missing or damaged", MEND) from problem
        self._stem = _stemmer()
        self.size = self._bm25.scores["num_docs"]

    def best(self, question: str, count: int) -> list[int]:
        """Return the places of up to `count` texts that share a word with the question, best first."""
        words = _words(question, self._stem)
        known = [word for word in dict.fromkeys(words) if word in self._bm25.vocab_dict]
        if not known:
            return []
        rows, scores = self._bm25.retrieve(
            [known], k=min(count, self.size), show_progress=False, sorted=True, return_as="tuple"
        )
        return [int(row) for row, score in zip(rows[0], scores[0], strict=True) if score > 0]


def write_lexical(folder: Path, texts: Sequence[str]) -> None:
    """Create the index of these texts in a folder."""
    import bm25s

    stem = _stemmer()
    bm25 = bm25s.BM25()
    bm25.index([_words(text, stem) for text in texts], show_progress=False)
    bm25.save(str(folder))


def _stemmer() -> Any:
    from Stemmer import Stemmer

    return Stemmer("english")


def _words(text: str, stem: Any) -> list[str]:
    import bm25s

    (words,) = bm25s.tokenize([text], stopwords="en", stemmer=stem, return_ids=False, show_progress=False)
    return list(words)
