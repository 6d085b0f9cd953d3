"""What is read of a text that is longer than the encoder's window: at most three windows."""

import re
from collections.abc import Set

from knowledge.encoder.protocol import Encoder

MARGIN = 2  # tokens that open and close every sequence


def windows(text: str, encoder: Encoder, telling: Set[str]) -> list[str]:
    """Return the text itself where it fits; else its first window, its last, and between them the most telling one.

    The most telling one holds most of the words of `telling` (the classifier's), order numbers and question marks.
    """
    room = encoder.window - MARGIN
    if len(text) <= room:
        return [text]
    spans = encoder.token_spans(text)
    if len(spans) <= room:
        return [text]
    first = text[: spans[room - 1][1]]
    last = text[spans[-room][0] :]
    middle = [
        text[spans[at][0] : spans[min(at + room, len(spans)) - 1][1]]
        for at in range(room, len(spans) - room, room // 2)
    ]
    if not middle:
        return [first, last]
    return [first, max(middle, key=lambda piece: _telling(piece, telling)), last]


def _telling(piece: str, telling: Set[str]) -> int:
    words = set(re.findall(r"[a-z']{3,}", piece.lower()))
    return 2 * len(words & telling) + piece.count("?") + len(re.findall(r"\b[A-Z]-\d{4,}", piece))
