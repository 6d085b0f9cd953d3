"""The one rule for text from outside: what is removed from it before anyone reads it.

Removed: NUL and other control characters (line break and tab stay), lone surrogates, bidirectional marks, zero-width
and tag characters, private-use and unassigned ones. Line ends become one line feed, runs of combining marks are cut to
four, and the result is in Unicode NFC. Letters, digits, punctuation and emoji of every language stay as they are.
"""

import re
import unicodedata

MOST_MARKS = 4  # more combining marks on one letter than any written language uses
_REMOVED = {"Cc", "Cs", "Co", "Cn", "Cf"}
_JOINER = "\u200d"  # binds emoji, so it stays; alone it counts as nothing
_KEPT = {"\n", "\t", _JOINER}
_SUSPECT = re.compile(r"[^\n\t\x20-\x7e]")
_MARK = r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff]"
_MARKS = re.compile(rf"({_MARK}{{{MOST_MARKS}}}){_MARK}+")


def plain(text: str) -> str:
    """Return the text with line ends made one, hidden characters removed and Unicode in NFC, in linear time."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    if not _SUSPECT.search(text):
        return text
    kept = "".join(c for c in text if c in _KEPT or unicodedata.category(c) not in _REMOVED)
    return unicodedata.normalize("NFC", _MARKS.sub(r"\1", kept))


def is_blank(text: str) -> bool:
    """Say whether nothing is left that a person could see."""
    return not text.replace(_JOINER, "").replace("\u2800", "").strip()
