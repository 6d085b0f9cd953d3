"""Greetings, closings and introductions say nothing of what a ticket is about, and would move its vector."""

import re

_OPENING = re.compile(
    r"\A\s*(?:(?:hello|hi|hey|dear|good (?:morning|day|afternoon|evening)|greetings|hallo|guten tag|liebe[rs]?|bonjour"
    r"|salut|hola|buen[oa]s (?:d[ií]as|tardes)|ciao|buongiorno|ol[aá]|bom dia|dzie[nń] dobry|goedendag|hej)\b"
    r"[^\n,!.?:;]{0,30}(?:[,!.:;]+[ \t]*\n*|\n+)\s*){1,2}",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:\n|(?<=[.!?])[ \t])[ \t]*"
    r"(?:(?:many |kind |best |warm )?(?:regards|thanks|wishes)|thank you(?: (?:very|so) much)?|thanks in advance|cheers"
    r"|sincerely|yours (?:truly|sincerely|faithfully)|(?:mit freundlichen|viele) gr(?:u|ü)(?:ss|ß)en?|cordialement"
    r"|bien [aà] vous|saludos|cordiali saluti|met vriendelijke groet|pozdrawiam)\b[^\n.?]{0,30}[,.!]?"
    r"(?:[ \t]*\n[^\n?]{0,60}){0,3}\s*\Z",
    re.IGNORECASE,
)
_INTRODUCTION = re.compile(r"(?<![^\s.!?])(?:my name is|i am called) [^\n.,!?]{1,40}[.!]", re.IGNORECASE)
LEAST_LEFT = 8  # characters: a ticket that is all courtesy is read as it is


def without_courtesies(text: str) -> str:
    """Return the text without greeting, closing and introduction, unless next to nothing would be left."""
    bare = _INTRODUCTION.sub(" ", _CLOSING.sub("", _OPENING.sub("", text, count=1), count=1)).strip()
    return bare if len(bare) >= LEAST_LEFT else text
