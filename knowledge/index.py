"""The vector store: the only file that knows Chroma. It is given our vectors and never written again once built.

A passage has one row for each of its views (see Passage.views); its similarity to a question is that of its best view.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.encoder.protocol import Vectors
from knowledge.errors import PartUnavailable
from knowledge.policies import MOST_VIEWS, Passage

COLLECTION = "passages"
VIEWS_A_PASSAGE = 3  # rows asked for at first for each passage wanted
BATCH = 5000  # Chroma refuses more at once
# Set at creation: later changes to ef_search take effect only when the folder is opened again.
HNSW = {"space": "cosine", "ef_search": 500, "ef_construction": 200}
MEND = "Run `python -m knowledge build`."


class Index:
    """Dense search in one folder. Opening one writes to the folder's SQLite file, so the folder must be writable."""

    def __init__(self, folder: Path) -> None:
        if not (folder / "chroma.sqlite3").is_file():  # Chroma would make an empty one
            raise PartUnavailable("index", "the vector store is missing", MEND)
        try:
            self._client = _client(folder)
        except Exception as problem:  # the Rust bindings raise their own kinds, some of them bare
            raise PartUnavailable("index", "the vector store can't be opened", MEND) from problem
        try:
            self._collection = self._client.get_collection(COLLECTION, embedding_function=None)
            self.size = self._collection.count()
        except Exception as problem:  # as above
            self._client.close()  # Chroma would hand the same broken store to the next who opens this path
            raise PartUnavailable("index", "the vector store can't be opened", MEND) from problem

    def nearest(self, vector: Vectors, count: int) -> list[tuple[Passage, float]]:
        """Return up to `count` passages by cosine similarity to one vector, best first; fewer when there are fewer."""
        wanted = VIEWS_A_PASSAGE * count
        while True:
            rows = min(wanted, self.size)
            best = _best_views(self._query(vector, rows)) if rows else []
            if len(best) >= count or rows == self.size:
                return best[:count]
            wanted *= 2

    def fetch(self, ids: Sequence[str], vector: Vectors) -> list[tuple[Passage, float]]:
        """Return the passages of these ids with their cosine similarity to the vector, best first."""
        if not ids:
            return []
        rows = [_row_id(id, view) for id in ids for view in range(MOST_VIEWS)]
        try:
            found = self._collection.get(ids=rows, include=["documents", "metadatas", "embeddings"])
        except Exception as problem:  # as above
            raise PartUnavailable("index", "the vector store does not answer", MEND) from problem
        cosines: NDArray[Any] = np.asarray(found["embeddings"]).reshape(len(found["ids"]), -1) @ vector
        passages = [_passage(*row) for row in zip(found["documents"] or [], found["metadatas"] or [], strict=True)]
        return _best_views(list(zip(passages, cosines.tolist(), strict=True)))

    def _query(self, vector: Vectors, rows: int) -> list[tuple[Passage, float]]:
        try:
            found = self._collection.query(
                query_embeddings=[vector], n_results=rows, include=["documents", "metadatas", "distances"]
            )
        except Exception as problem:  # "contigious 2D array" and its like: bare kinds of the bindings
            raise PartUnavailable("index", "the vector store does not answer", MEND) from problem
        documents, metadatas = _first(found["documents"]), _first(found["metadatas"])
        passages = [_passage(*row) for row in zip(documents, metadatas, strict=True)]
        return [(one, 1.0 - distance) for one, distance in zip(passages, _first(found["distances"]), strict=True)]

    def close(self) -> None:
        """Let go of the folder's files."""
        self._client.close()


def write_index(folder: Path, passages: Sequence[Passage], vectors: Vectors) -> None:
    """Create the store in an empty folder; `vectors` are those of all views, passage by passage."""
    rows = [(passage, view) for passage in passages for view in range(len(passage.views()))]
    client = _client(folder)
    collection = client.create_collection(COLLECTION, embedding_function=None, configuration={"hnsw": HNSW})
    for start in range(0, len(rows), BATCH):
        part = rows[start : start + BATCH]
        collection.add(
            ids=[_row_id(passage.id, view) for passage, view in part],
            embeddings=vectors[start : start + BATCH],
            documents=[passage.text for passage, _ in part],
            metadatas=[_metadata(passage) for passage, _ in part],
        )
    client.close()


def _best_views(rows: Sequence[tuple[Passage, float]]) -> list[tuple[Passage, float]]:
    best: dict[str, tuple[Passage, float]] = {}
    for passage, score in sorted(rows, key=lambda row: (-row[1], row[0].id)):
        best.setdefault(passage.id, (passage, score))
    return list(best.values())


def _row_id(passage_id: str, view: int) -> str:
    return f"{passage_id}#{view}"


def _client(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False))


def _metadata(passage: Passage) -> dict[str, Any]:
    fields = passage.model_dump(mode="json", exclude={"text", "rules", "asked"}, exclude_none=True)
    return fields | {"rules": " ".join(passage.rules)}


def _passage(text: str, metadata: dict[str, Any]) -> Passage:
    rules = tuple(str(metadata["rules"]).split())
    return Passage.model_validate({"valid_to": None, **metadata, "rules": rules, "text": text})


def _first(rows: list[Any] | None) -> list[Any]:
    return rows[0] if rows else []
