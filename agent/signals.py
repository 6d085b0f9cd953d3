"""What is read off the words by plain patterns, because missing it would be worse than a false alarm.

Each signal is a flag on the Decision; the patterns are data, in signals.toml.
"""

import functools
import re
import tomllib
from pathlib import Path

from agent.decision import Flag

PATTERNS = Path(__file__).with_suffix(".toml")


def signals(text: str) -> tuple[Flag, ...]:
    """Return the flags that the words raise, in the order of signals.toml."""
    return tuple(flag for flag, pattern in _patterns() if pattern.search(text))


@functools.cache
def _patterns() -> tuple[tuple[Flag, re.Pattern[str]], ...]:
    table: dict[str, list[str]] = tomllib.loads(PATTERNS.read_text(encoding="utf-8"))
    return tuple(
        (Flag(name), re.compile("|".join(f"(?:{one})" for one in patterns), re.IGNORECASE | re.MULTILINE))
        for name, patterns in table.items()
    )
