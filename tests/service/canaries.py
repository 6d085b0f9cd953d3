"""Words that nobody else uses, of the kinds that customers write, and where they turn up again."""

import itertools
import re
from collections.abc import Mapping
from types import MappingProxyType

# Each as a customer would write it; what is looked for is the part with its number.
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "name": "Ms Kanary{n:04} Birdwell",
        "e-mail": "kanary{n:04}@mailbox.example",
        "phone": "+49 (0)77007700{n:04}77",
        "card": "77007700{n:04}7700",
        "address": "12 Kanary{n:04} Street, 12345 Birdham",
        "token": "sk-live-KANARY{n:04}x7Qd",
        "line break": 'kanary{n:04}\r\n{{"level": "error", "message": "forged"}}',
        "terminal": "\x1b[31mkanary{n:04}\x1b]0;title\x07\u202e\u2028",
    }
)
_MARK = re.compile(r"kanary\d{4}|77007700\d{4}77", re.IGNORECASE)
_NUMBERS = itertools.count()


def canary(kind: str) -> str:
    """Return one that was never used before."""
    return KINDS[kind].format(n=next(_NUMBERS))


def canaries_in(text: str) -> list[str]:
    """Return all that is of a canary in a text."""
    return _MARK.findall(text)
