"""Changes of a ticket's wording under which the decision must stay the same."""

import random
import re
from collections.abc import Callable

from tools.orders import order_id_mentions

Change = Callable[[str, random.Random], str | None]  # None where the text offers nothing to change

_WORD = re.compile(r"(?<![\w@./#-])[a-z]{6,}(?![\w@/-]|\.\w)")  # not within an address
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
TYPOS_PER_WORDS = 15
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_ISO_DAY = re.compile(r"\b(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])\b")
_WRITTEN_DAY = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(MONTHS)})\b")
_AMOUNT = re.compile(r"\b(\d+(?:\.\d{2})?) ?(EUR|GBP|USD)\b")
_SIGNED_AMOUNT = re.compile(r"([\u20ac\u00a3$])(\d+(?:\.\d{2})?)\b")
SIGNS = {"EUR": "\u20ac", "GBP": "\u00a3", "USD": "$"}
NAMES = re.compile(r"\b(Sample|Example|Test) (Customer|Person|Buyer|Family|User)\b")
OTHER_NAMES = ("Placeholder Person", "Fictional Customer", "Invented Buyer")
SYNONYMS = (
    (r"\bparcel\b", "package"),
    (r"\bpackage\b", "parcel"),
    (r"\bI want to\b", "I would like to"),
    (r"\bI would like to\b", "I want to"),
    (r"\bcan't\b", "cannot"),
    (r"\bcannot\b", "can't"),
    (r"\bhasn't\b", "has not"),
    (r"\bdidn't\b", "did not"),
    (r"\bmoney back\b", "refund"),
    (r"\bhow do I\b", "how can I"),
    (r"\bhow can I\b", "how do I"),
    (r"\bpurchased\b", "bought"),
    (r"\bbought\b", "purchased"),
    (r"\barrived\b", "came"),
)


def typos(text: str, draw: random.Random) -> str | None:
    """Swap two inner letters in one word of fifteen, at least in one; order numbers and addresses stay."""
    words = [match for match in _WORD.finditer(text) if _swaps(text, match)]
    if not words:
        return None
    changed = text
    for match in draw.sample(words, max(1, len(words) // TYPOS_PER_WORDS)):
        typo = _swapped(changed, draw.choice(_swaps(text, match)))
        # Two typos together can take an order number away that is written twice.
        changed = typo if _same_orders(text, typo) else changed
    return changed


def _swaps(text: str, word: re.Match[str]) -> list[int]:
    """Return the places of a word's inner letters that differ from the next one, if no order number hangs on it."""
    places = [at for at in range(word.start() + 1, word.end() - 2) if text[at] != text[at + 1]]
    # "order number 10234" is an order number only where "number" is spelled so.
    return places if all(_same_orders(text, _swapped(text, at)) for at in places) else []


def _swapped(text: str, at: int) -> str:
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _same_orders(one: str, other: str) -> bool:
    return set(order_id_mentions(one)) == set(order_id_mentions(other))


def greeting_and_signature(text: str, draw: random.Random) -> str | None:
    """Put a greeting before and a signature behind."""
    greeting = draw.choice(("Hello,", "Dear support team,", "Good morning,", "Hi there,"))
    closing = draw.choice(("Kind regards,", "Many thanks,", "Best wishes,"))
    return f"{greeting}\n\n{text}\n\n{closing}\n{draw.choice(OTHER_NAMES)}"


def reordered(text: str, draw: random.Random) -> str | None:
    """Put the last sentence first; only texts of two to six whole sentences in one paragraph."""
    sentences = _SENTENCE.split(text.strip())
    whole = "\n" not in text.strip() and all(sentence[-1:] in ".!?" for sentence in sentences)
    if not whole or not 2 <= len(sentences) <= 6:
        return None
    changed = " ".join([sentences[-1], *sentences[:-1]])
    return changed if _same_orders(text, changed) else None  # "no. 10234" is no end of a sentence


def formats(text: str, draw: random.Random) -> str | None:
    """Write days and amounts in another usual way."""
    changed = _ISO_DAY.sub(lambda day: f"{int(day[3])} {MONTHS[int(day[2]) - 1]} {day[1]}", text)
    if changed == text:
        changed = _WRITTEN_DAY.sub(lambda day: f"{day[2]} {day[1]}", text)
    signs = {sign: code for code, sign in SIGNS.items()}
    with_signs = _AMOUNT.sub(lambda amount: f"{SIGNS[amount[2]]}{amount[1]}", changed)
    if with_signs == changed:
        with_signs = _SIGNED_AMOUNT.sub(lambda amount: f"{amount[2]} {signs[amount[1]]}", changed)
    return with_signs if with_signs != text else None


def names_swapped(text: str, draw: random.Random) -> str | None:
    """Put other names in; where there is none, the customer introduces themselves."""
    name = draw.choice(OTHER_NAMES)
    changed = NAMES.sub(name, text)
    return changed if changed != text else f"{text} My name is {name}."


def paraphrased(text: str, draw: random.Random) -> str | None:
    """Say one to three things in other words, by a table."""
    fitting = [(pattern, words) for pattern, words in SYNONYMS if re.search(pattern, text, re.IGNORECASE)]
    if not fitting:
        return None
    changed = text
    for pattern, words in draw.sample(fitting, min(3, len(fitting))):
        changed = re.sub(pattern, words, changed, count=1, flags=re.IGNORECASE)
    return changed if changed != text else None  # where both words of a pair stand, they can swap back


STAYING: dict[str, Change] = {
    "typos": typos,
    "greeting and signature": greeting_and_signature,
    "sentences reordered": reordered,
    "date and currency format": formats,
    "names swapped": names_swapped,
    "paraphrase by table": paraphrased,
}
