"""This process and all below it: what they take of the memory and of the cores."""

from collections.abc import Callable
from contextlib import suppress

import psutil

MEBIBYTE = 1024 * 1024


def memory_of_family() -> float:
    """Return the resident memory of all, in MiB; what several share counts for each."""
    return round(_over_all(lambda one: one.memory_info().rss) / MEBIBYTE, 1)


def work_of_family() -> float:
    """Return the seconds of work on all cores so far, those of children that have ended among them."""
    return _over_all(lambda one: sum(one.cpu_times()[:4]))


def _over_all(read: Callable[[psutil.Process], float]) -> float:
    own, total = psutil.Process(), 0.0
    for one in (own, *own.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):  # it has ended meanwhile
            total += read(one)
    return total
