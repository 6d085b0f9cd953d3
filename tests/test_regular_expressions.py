"""Every regular expression of the packages, over hostile texts: each takes a time that grows with the text only."""

import dataclasses
import importlib
import inspect
import pkgutil
import re
import time
from collections.abc import Iterator, Mapping
from functools import cache

import pytest

PACKAGES = ("agent", "knowledge", "service", "tools")
LONGEST_S = 0.05  # of a processor
TRIES = 5  # the quickest counts: the machine has other things to do

PIECES = (
    *("0", "9", "1 ", "12,", "1.", "1.000.", "-", "A-1", "a", "A", "ab ", "aB", " ", "\t", "\n", "\r\n", "\u00a0"),
    *("@", "a@", "a.", "@a.", ".", "..", "a@a.", "+", "+49 ", "(", "((", "[", "{", "<", "<a ", "'", '"', '\\"', "\\"),
    *("#", "#1", "/", "//", "http://a", "www.", "%", "%20", "$", "$1", "\u20ac1", "1\u20ac", "EUR ", ":", "\u0301"),
    *("e\u0301", "\u4e2d", "\u0661", "\uff11", "\U0001f600", "\u200d", "I want ", "not ", "refund ", "no longer "),
    *(
        "to look a, ",
        "please also ",
        "to be refunded ",
        "i am really ",
        "that refund ",
        "you know it ",
        "so i see ",
        ", and a b",
    ),
    *("do you want ", "if so, ", "our article says ", "on your refund ", "(a) ", "; a: b", "can't ", "we're "),
    *("will be refunded ", "you will get ", "2026-11-25 ", "1/1/", "1h ", "days ", "of the order "),
)


def hostile(length: int) -> dict[str, str]:
    """Return texts of one piece again and again, with an end that lets no match succeed that would reach it."""
    texts = {ascii(piece): (piece * length)[: length - 1] + "\x01" for piece in PIECES}
    return texts | {"all": ("".join(PIECES) * length)[:length]}


@cache
def patterns() -> dict[str, re.Pattern[str]]:
    """Return every expression that a module holds, alone, in a table, or in what it loads once, by where it stands."""
    found = {}
    for package in PACKAGES:
        for info in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if info.name.endswith("__main__") or ".migrations" in info.name:
                continue
            try:
                module = importlib.import_module(info.name)
            except ModuleNotFoundError as missing:
                if missing.name != "ray":  # the only extra that the tests do without
                    raise
                continue
            for name, value in vars(module).items():
                found |= {f"{info.name}.{name}{place}": one for place, one in _within(value)}
    return {where: one for where, one in found.items() if isinstance(one.pattern, str)}


def _within(value: object, place: str = "", depth: int = 8) -> Iterator[tuple[str, re.Pattern[str]]]:
    if isinstance(value, re.Pattern):
        yield place, value
    elif depth and isinstance(value, Mapping):
        for name, part in value.items():
            yield from _within(part, f"{place}[{name!r}]", depth - 1)
    elif depth and dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from _within(vars(value), place, depth - 1)
    elif depth and hasattr(value, "cache_info") and not inspect.signature(value).parameters:
        yield from _within(value(), f"{place}()", depth)
    elif depth and isinstance(value, list | tuple | set | frozenset):
        for n, part in enumerate(value):
            yield from _within(part, f"{place}[{n}]", depth - 1)


def seconds(pattern: re.Pattern[str], text: str) -> float:
    """Return the seconds of a processor that going through a text takes, at best."""
    quickest = float("inf")
    for _ in range(TRIES):
        started = time.process_time()
        for _ in pattern.finditer(text):
            pass
        quickest = min(quickest, time.process_time() - started)
        if quickest < LONGEST_S:
            break
    return quickest


def test_there_are_expressions_of_every_package() -> None:
    assert {where.partition(".")[0] for where in patterns()} == set(PACKAGES)
    assert len(patterns()) > 100


@pytest.mark.parametrize("length", [5_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_no_expression_takes_long_over_a_hostile_text(length: int) -> None:
    texts = hostile(length)
    slow = {}
    for where, pattern in patterns().items():
        for kind, text in texts.items():
            took = seconds(pattern, text)
            if took >= LONGEST_S:
                slow[where, kind] = round(took, 3)
                break  # one is enough to know it, and it may take minutes
    assert slow == {}
