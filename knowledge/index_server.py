"""The vector store on a Chroma server, for teams that outgrow the folder: filled from the folder, compared with it."""

import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from knowledge.chroma_answers import id_of, rows_of, space_of
from knowledge.chroma_http import ChromaHttp, IndexServer, unavailable
from knowledge.encoder.protocol import Vectors
from knowledge.errors import PartUnavailable
from knowledge.index import HNSW
from knowledge.library import Library

QUERY_S = 0.3  # for one question of a ticket, which has three seconds for everything
COMPARED_S, FILLED_S = 5.0, 60.0  # for one request when a worker starts, and when the server is filled
FAILURES, ALONE_S = 3, 5.0  # after so many in a row the server is left alone for so long
COMPARED = 64  # rows that are read back, evenly spread
BATCH = 500  # rows of one request
MEND = "Run `python -m knowledge push` with the same CHROMA_URL."


class OtherContent(PartUnavailable):
    """The server answers, and does not hold what it should: pushing it anew mends that."""

    def __init__(self, problem: str) -> None:
        super().__init__("index", f"the Chroma server: {problem}", MEND)


class ServedIndex:
    """Answers as `knowledge.index.Index` does, from the collection that holds exactly this library's rows."""

    waits = True

    def __init__(self, server: IndexServer, library: Library, longest_s: float = QUERY_S) -> None:
        """Compare the server's rows with the library's; raises PartUnavailable where they are not the same.

        `longest_s` holds for one request of a question.
        """
        self._http = ChromaHttp(server)
        self._longest_s = longest_s
        self._library = library
        self._failures, self._alone_until = 0, 0.0
        self.size = len(library.owners)
        try:
            self._id = compared(self._http, library, COMPARED_S)
        except PartUnavailable:
            self._http.close()
            raise

    def nearest(self, vector: Vectors, count: int) -> list[tuple[int, float]]:
        """See Index.nearest; raises PartUnavailable, at once where the server has failed too often of late."""
        wanted = min(count, self.size)
        if wanted <= 0:
            return []
        if time.monotonic() < self._alone_until:
            raise unavailable("it has failed and is left alone for a while")
        try:
            if self._failures:  # what comes back may be another one
                self._id = compared(self._http, self._library, self._longest_s)
            found = self._http.ask("POST", f"/{self._id}/query", self._longest_s, _question(vector, wanted))
            rows = rows_of(found, self.size, wanted)
        except PartUnavailable:
            self._failures += 1
            if self._failures >= FAILURES:
                self._alone_until = time.monotonic() + ALONE_S
            raise
        self._failures = 0
        return rows

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()


def served(library: Library, server: IndexServer | None, longest_s: float = QUERY_S) -> Library:
    """Return the library with its rows asked of the server, itself where there is none; raises PartUnavailable."""
    if server is None:
        return library
    try:
        index = ServedIndex(server, library, longest_s)
    except PartUnavailable:
        library.close()
        raise
    library.index.close()
    return replace(library, index=index)


def push(library: Library, server: IndexServer) -> str:
    """Fill the server with the library's rows unless it holds them; return the collection's name.

    Collections of other contents stay, since workers of another version may be reading them.
    """
    http = ChromaHttp(server)
    try:
        if http.ask("GET", f"/{_name(library)}", FILLED_S) is not None:
            try:
                compared(http, library, FILLED_S)
            except OtherContent:
                http.ask("DELETE", f"/{_name(library)}", FILLED_S)
            else:
                return _name(library)
        _fill(http, library)
        compared(http, library, FILLED_S)
    finally:
        http.close()
    return _name(library)


def _fill(http: ChromaHttp, library: Library) -> None:
    created = {"name": _name(library), "configuration": {"hnsw": HNSW}, "get_or_create": False}
    id = id_of(http.ask("POST", "", FILLED_S, created))
    passages, ends = _passages(library), [*range(0, len(library.owners), BATCH), len(library.owners)]
    for start, stop in pairwise(ends):
        rows = {
            "ids": [str(row) for row in range(start, stop)],
            "embeddings": library.vectors[start:stop].tolist(),
            "metadatas": [{"passage": passage} for passage in passages[start:stop]],
        }
        http.ask("POST", f"/{id}/add", FILLED_S, rows)
    # Last, so that a half-filled collection is never taken for whole.
    http.ask("PUT", f"/{id}", FILLED_S, {"new_metadata": _claim(library)})


def compared(http: ChromaHttp, library: Library, longest_s: float) -> str:
    """Return the id of the library's collection; raises PartUnavailable where it is not there, or another than it says.

    All rows are counted, and some of them read back. `longest_s` holds for each of three requests.
    """
    found = http.ask("GET", f"/{_name(library)}", longest_s)
    if found is None:
        raise OtherContent(f"it holds no collection {_name(library)}")
    id = id_of(found)
    if found.get("metadata") != _claim(library) or space_of(found) != HNSW["space"]:
        raise OtherContent(f"{_name(library)} is not of these articles, or not whole")
    if http.ask("GET", f"/{id}/count", longest_s) != len(library.owners):
        raise OtherContent(f"rows of {_name(library)} are missing, or too many")
    rows = sorted(
        {int(row) for row in np.linspace(0, len(library.owners) - 1, COMPARED)} if len(library.owners) else ()
    )
    asked = {"ids": [str(row) for row in rows], "include": ["embeddings", "metadatas"]}
    if rows and not _same(http.ask("POST", f"/{id}/get", longest_s, asked), rows, library):
        raise OtherContent(f"rows of {_name(library)} are not those of the articles")
    return id


def _same(found: Any, rows: Sequence[int], library: Library) -> bool:
    passages = _passages(library)
    try:
        held = {
            int(row): (np.asarray(vector, dtype=np.float32), metadata["passage"])
            for row, vector, metadata in zip(found["ids"], found["embeddings"], found["metadatas"], strict=True)
        }
        return held.keys() == set(rows) and all(
            passage == passages[row] and np.allclose(vector, library.vectors[row], atol=1e-6)
            for row, (vector, passage) in held.items()
        )
    except (TypeError, KeyError, ValueError):
        return False


def _question(vector: Vectors, wanted: int) -> dict[str, Any]:
    return {"query_embeddings": [vector.tolist()], "n_results": wanted, "include": ["distances"]}


def _name(library: Library) -> str:
    return f"passages-{library.content}"


def _claim(library: Library) -> dict[str, Any]:
    """Return what the collection says of itself once it is whole.

    Nothing of the vectors themselves: another machine's encoder may differ in the last bits.
    """
    return {"content": library.content, "rows": len(library.owners)}


def _passages(library: Library) -> list[str]:
    return [library.passages[owner].id for owner in library.owners]
