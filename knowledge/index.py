"""The vector store: the only file that imports Chroma. It is given our vectors and never written again once built."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from knowledge.encoder.protocol import Vectors
from knowledge.errors import PartUnavailable

COLLECTION = "passages"
BATCH = 5000  # Chroma refuses more at once
CHANGING = "chroma.sqlite3"  # and its journals: written to whenever the store is opened
# Set at creation: later changes to ef_search take effect only when the folder is opened again. The smallest threshold
# makes Chroma write its graph to disk at once, however few rows there are; else it lives in the SQLite file's log.
HNSW = {"space": "cosine", "ef_search": 200, "ef_construction": 200, "batch_size": 2, "sync_threshold": 2}
MEND = "Run `python -m knowledge build`."


class Nearest(Protocol):
    """What a library asks: of a folder's Index, or of a server (see index_server.py)."""

    size: int  # rows
    waits: bool  # for another machine

    def nearest(self, vector: Vectors, count: int) -> list[tuple[int, float]]: ...

    def close(self) -> None: ...


class Index:
    """Dense search in one folder. Opening one writes to the folder's SQLite file, so the folder must be writable."""

    waits = False

    def __init__(self, folder: Path) -> None:
        if not (folder / CHANGING).is_file():  # Chroma would make an empty one
            raise PartUnavailable("index", "the vector store is missing", MEND)
        self._folder, self._opening = folder, threading.Lock()
        self._client, self._collection, self.size = _opened(folder)

    def nearest(self, vector: Vectors, count: int) -> list[tuple[int, float]]:
        """Return up to `count` rows by cosine similarity to one vector, best first; fewer when there are fewer."""
        wanted = min(count, self.size)
        if wanted <= 0:
            return []
        collection = self._collection
        try:
            found = _asked(collection, vector, wanted)
        except Exception:  # "contigious 2D array" and its like: bare kinds of the bindings
            found = self._asked_anew(collection, vector, wanted)
        rows = zip(found["ids"][0], (found["distances"] or [[]])[0], strict=True)
        return [(int(row), 1.0 - distance) for row, distance in rows]

    def _asked_anew(self, failed: Any, vector: Vectors, wanted: int) -> Any:
        """Ask once more after opening the folder again; raises PartUnavailable.

        Where another process has mended the folder, Chroma's next connection reads the new files, in which the
        collection that was opened is not.
        """
        try:
            with self._opening:
                if self._collection is failed:
                    self._client.close()
                    self._client, self._collection, self.size = _opened(self._folder)
            return _asked(self._collection, vector, min(wanted, self.size))
        except PartUnavailable:
            raise
        except Exception as problem:  # as above
            raise PartUnavailable("index", "the vector store does not answer", MEND) from problem

    def close(self) -> None:
        """Let go of the folder's files."""
        self._client.close()


def write_index(folder: Path, vectors: Vectors, passage_ids: Sequence[str]) -> None:
    """Create the store in an empty folder; row numbers are the ids, and each row names its passage."""
    client = _client(folder)
    collection = client.create_collection(COLLECTION, embedding_function=None, configuration={"hnsw": HNSW})
    for start in range(0, len(vectors), BATCH):
        rows = range(start, min(start + BATCH, len(vectors)))
        collection.add(
            ids=[str(row) for row in rows],
            embeddings=vectors[rows.start : rows.stop],
            metadatas=[{"passage": passage_ids[row]} for row in rows],
        )
    client.close()


def _opened(folder: Path) -> tuple[Any, Any, int]:
    """Return a folder's client and collection, and how many rows it has; raises PartUnavailable."""
    try:
        client = _client(folder)
    except Exception as problem:  # the Rust bindings raise their own kinds, some of them bare
        _forget(folder)
        raise PartUnavailable("index", "the vector store can't be opened", MEND) from problem
    try:
        collection = client.get_collection(COLLECTION, embedding_function=None)
        return client, collection, collection.count()
    except Exception as problem:  # as above
        client.close()  # Chroma would hand the same broken store to the next who opens this path
        raise PartUnavailable("index", "the vector store can't be opened", MEND) from problem


def _asked(collection: Any, vector: Vectors, wanted: int) -> Any:
    return collection.query(query_embeddings=[vector], n_results=wanted, include=["distances"])


def _client(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    # Said here because Chroma reads what is not said from the environment and from a .env file.
    settings = Settings(anonymized_telemetry=False, chroma_otel_collection_endpoint="")
    return chromadb.PersistentClient(path=str(folder), settings=settings)


def _forget(folder: Path) -> None:
    """Chroma keeps a store that failed to start and would hand it to the next who opens this path, even when mended.

    Its own `clear_system_cache` would forget the stores of other folders as well, while they are in use.
    """
    from chromadb.api.shared_system_client import SharedSystemClient

    if str(folder) not in SharedSystemClient._identifier_to_refcount:
        SharedSystemClient._identifier_to_system.pop(str(folder), None)
