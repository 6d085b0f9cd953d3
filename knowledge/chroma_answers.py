"""Reads what a Chroma server answers: what can't be an answer is a foreseen error, never a passage."""

from typing import Any

from knowledge.chroma_http import unavailable


def rows_of(found: Any, size: int, wanted: int) -> list[tuple[int, float]]:
    """Return rows and cosines, best first; raises PartUnavailable for an answer that can't be one."""
    try:
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        rows = [(int(row), 1.0 - float(distance)) for row, distance in pairs]
    except (TypeError, KeyError, ValueError, IndexError):
        raise unavailable("its answer is not what was asked for") from None
    cosines = [cosine for _, cosine in rows]
    there = 0 < len(rows) <= wanted and all(0 <= row < size for row, _ in rows)
    if (
        not there
        or not all(-1.001 <= cosine <= 1.001 for cosine in cosines)
        or cosines != sorted(cosines, reverse=True)
    ):
        raise unavailable("its answer is not what was asked for")
    return rows


def id_of(found: Any) -> str:
    """Return a collection's id, which stands in paths; raises PartUnavailable."""
    id = found.get("id") if isinstance(found, dict) else None
    if not isinstance(id, str) or not id.replace("-", "").isalnum():
        raise unavailable("its answer is not what was asked for")
    return id


def space_of(found: Any) -> object:
    """Return by what measure a collection's vectors are compared, None where it does not say."""
    try:
        return found["configuration_json"]["hnsw"]["space"]
    except (TypeError, KeyError):
        return None
