"""What is read off the words by plain patterns, because missing it would be worse than a false alarm.

Each signal is a flag on the Decision; the patterns are data, in signals.toml.
"""

import functools
import re
import tomllib
from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from agent.decision import Flag
from agent.literals import needed_literals

PATTERNS = Path(__file__).with_suffix(".toml")
WORDS = "words"  # the table of words that patterns share; every other key is the name of a flag
_NAME = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class _Pattern:
    """A compiled pattern and words of which every match holds at least one, where there are such."""

    compiled: re.Pattern[str]
    words: frozenset[str] | None


def signals(text: str) -> tuple[Flag, ...]:
    """Return the flags that the words raise, in the order of signals.toml."""
    lowered = text.lower()
    patterns, words = _patterns()
    present = {word for word in words if word in lowered}
    return tuple(flag for flag, of_flag in patterns if any(_found(one, lowered, present) for one in of_flag))


def signal_flags() -> frozenset[Flag]:
    """Return all flags that words can raise."""
    return frozenset(flag for flag, _ in _patterns()[0])


def filled(pattern: str, words: Mapping[str, str]) -> str:
    """Return the pattern with the shared words in the place of their names; words may name other words."""
    return _NAME.sub(lambda name: filled(words[name[1]], words), pattern)


def _found(pattern: _Pattern, lowered: str, present: Set[str]) -> bool:
    return (pattern.words is None or not present.isdisjoint(pattern.words)) and bool(pattern.compiled.search(lowered))


@functools.cache
def _patterns() -> tuple[tuple[tuple[Flag, tuple[_Pattern, ...]], ...], frozenset[str]]:
    """Return the patterns by flag, and all words that any of them needs.

    A pattern is tried only where one of its words stands in the text: on long texts that saves nine tenths of the time.
    """
    table = tomllib.loads(PATTERNS.read_text(encoding="utf-8"))
    words: dict[str, str] = table.pop(WORDS)
    by_flag = tuple(
        (Flag(name), tuple(_pattern(filled(one, words)) for one in patterns)) for name, patterns in table.items()
    )
    needed = {word for _, patterns in by_flag for one in patterns for word in one.words or ()}
    return by_flag, frozenset(needed)


def _pattern(source: str) -> _Pattern:
    return _Pattern(re.compile(source, re.MULTILINE), needed_literals(source))
