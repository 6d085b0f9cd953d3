"""How the page writes numbers, names and other people's text."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from evals.statistics.estimate import Estimate

NONE = "\u2013"
LONGEST_DRAWN = 30  # characters
_PLAIN_ID = re.compile(r"[A-Za-z0-9_.~-]+")


@dataclass(frozen=True)
class Table:
    """What a picture shows, as text; each row is as long as the header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def visible(text: str) -> str:
    """Return a text in which nothing hides: control, format and lone surrogate characters are named instead.

    So no direction mark can turn a line around, and whatever is written can be encoded. Line ends and tabs stay.
    """
    text = text.replace("\r\n", "\n")
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(char: str) -> str:
    if char.isprintable() or char in "\n\t" or unicodedata.category(char) == "Zs":
        return char
    return f"\u27e8U+{ord(char):04X}\u27e9"


def anchor(id: str) -> str:
    """Return the fragment of the page that shows this case; ids that no address can hold are hashed."""
    fits = _PLAIN_ID.fullmatch(id)
    return f"case-{id}" if fits else f"case-{hashlib.sha256(id.encode('utf-8', 'backslashreplace')).hexdigest()}"


def spaced(name: str) -> str:
    """Return a name of the code as people write it."""
    return visible(name).replace("_", " ")


def drawn_name(name: str, longest: int = LONGEST_DRAWN) -> str:
    """Return a name for an axis or a legend: in one line, and cut where it would leave no room for the picture."""
    line = " ".join(spaced(name).split())
    return line if len(line) <= longest else f"{line[: longest - 1]}\u2026"


def number(value: float | None, digits: int = 3) -> str:
    """Return a share or another figure with so many decimals."""
    return NONE if value is None else f"{value:.{digits}f}"


def percent(value: float) -> str:
    """Return a share in whole percent; never 0 or 100 where it is not exactly that."""
    whole = round(value * 100)
    if (whole == 100 and value < 1) or (whole == 0 and value > 0):
        return f"{value * 100:.1f}\u00a0%"
    return f"{whole}\u00a0%"


def milliseconds(value: float | None) -> str:
    """Return a duration with three significant digits."""
    if value is None:
        return NONE
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def dollars(value: float | None) -> str:
    """Return a cost in USD."""
    if value is None:
        return "not recorded"
    return short(value)


def short(value: float | None) -> str:
    """Return a count or a cost with up to four significant digits."""
    return NONE if value is None else f"{value:.4g}"


def interval(estimate: Estimate | None) -> str:
    """Return the two ends of an interval."""
    if estimate is None or estimate.low is None or estimate.high is None:
        return NONE
    return f"{estimate.low:.3f} to {estimate.high:.3f}"


ESTIMATE_HEADER = ("value", "95\u00a0% interval", "n", "not judged", "interval by")


def estimate_cells(estimate: Estimate) -> tuple[str, ...]:
    """Return the cells under ESTIMATE_HEADER."""
    return (
        number(estimate.value),
        interval(estimate),
        str(estimate.n),
        str(estimate.unjudged),
        estimate.method,
    )


def between(counts: Sequence[int]) -> str:
    """Return one number, or the least and the greatest of several."""
    low, high = min(counts), max(counts)
    return str(low) if low == high else f"{low} to {high}"
