"""What is read off the words by plain patterns, because missing it would be worse than a false alarm.

Each signal is a flag on the Decision; the patterns are data, in signals.toml.
"""

import functools
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from agent.decision import Flag

PATTERNS = Path(__file__).with_suffix(".toml")
WORDS = "words"  # the table of words that patterns share; every other key is the name of a flag
_NAME = re.compile(r"\{([a-z_]+)\}")


def signals(text: str) -> tuple[Flag, ...]:
    """Return the flags that the words raise, in the order of signals.toml."""
    lowered = text.lower()
    return tuple(flag for flag, patterns in _patterns() if any(one.search(lowered) for one in patterns))


def signal_flags() -> frozenset[Flag]:
    """Return all flags that words can raise."""
    return frozenset(flag for flag, _ in _patterns())


@functools.cache
def _patterns() -> tuple[tuple[Flag, tuple[re.Pattern[str], ...]], ...]:
    """Return the patterns by flag; one by one on lower-cased text they take a fifth of the time of one long pattern."""
    table = tomllib.loads(PATTERNS.read_text(encoding="utf-8"))
    words: dict[str, str] = table.pop(WORDS)
    return tuple(
        (Flag(name), tuple(re.compile(_filled(one, words), re.MULTILINE) for one in patterns))
        for name, patterns in table.items()
    )


def _filled(pattern: str, words: Mapping[str, str]) -> str:
    """Return the pattern with the shared words in the place of their names; words may name other words."""
    return _NAME.sub(lambda name: _filled(words[name[1]], words), pattern)
