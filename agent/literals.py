"""Which words a pattern can't match without: looking for a word is a hundred times as fast as trying the pattern.

Read off the pattern's own parse tree, so that the two can't drift apart.
"""

from collections.abc import Iterable
from re import _constants as kinds  # type: ignore[attr-defined]  # no public module shows a parsed pattern
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

MOST_WORDS = 40  # of a pattern; with more of them trying it is as fast
SHORTEST = 3  # a shorter word stands in nearly every text


def needed_literals(pattern: str) -> frozenset[str] | None:
    """Return words of which every match holds at least one; None where the pattern has none that tell.

    For patterns without flags, which are tried on lower-cased text.
    """
    found = _of_sequence(parser.parse(pattern))
    return found if found and len(found) <= MOST_WORDS else None


def _of_sequence(items: Iterable[tuple[Any, Any]]) -> frozenset[str] | None:
    """Return the most telling of what the parts of a sequence need: all of them have to match."""
    choices: list[frozenset[str]] = []
    run = ""
    for kind, value in items:
        if kind is kinds.LITERAL:
            run += chr(value)
            continue
        choices, run = [*choices, *_of_run(run)], ""
        needed = _of_part(kind, value)
        if needed:
            choices.append(needed)
    choices += _of_run(run)
    return max(choices, key=_tells, default=None)


def _of_run(run: str) -> list[frozenset[str]]:
    return [frozenset([run])] if len(run) >= SHORTEST else []


def _of_part(kind: Any, value: Any) -> frozenset[str] | None:
    if kind is kinds.SUBPATTERN:
        return _of_sequence(value[-1])
    if kind is kinds.BRANCH:
        branches = [_of_sequence(branch) for branch in value[1]]
        return None if None in branches else frozenset().union(*(branch for branch in branches if branch))
    if kind in {kinds.MAX_REPEAT, kinds.MIN_REPEAT} and value[0] >= 1:
        return _of_sequence(value[2])
    return None


def _tells(words: frozenset[str]) -> tuple[int, int]:
    """Rank by the shortest word, then by how few there are."""
    return min(len(word) for word in words), -len(words)
