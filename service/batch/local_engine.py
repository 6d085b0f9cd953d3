"""Processes on this machine. One that is killed is replaced, and what it was at is done again."""

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import Generic, TypeVar

from service.batch.answers import Answer
from service.batch.hired import Asked, Hired
from service.batch.interrupts import interrupts_held
from service.batch.worker import Worker
from service.batch.worker_failed import MOST_TRIES, WorkerFailed, ended_too_often

NO_PRICE = (
    "What this model costs is not known, so --max-cost can't hold: set TRIAGE_PRICE_INPUT and TRIAGE_PRICE_OUTPUT."
)
T = TypeVar("T")
R = TypeVar("R")


@dataclass
class _Under(Generic[T]):
    """A piece that is under way."""

    piece: T
    rows: Sequence[Asked]
    answers: "Future[list[Answer]]"


class LocalEngine:
    """`workers` processes, each with an Agent of its own."""

    def __init__(self, hired: Hired, workers: int) -> None:
        self._hired = hired
        self._workers = workers
        self._pool = self._new_pool()
        self._under_way = False

    def says(self) -> dict[str, str]:
        """Return what answers depend on, as a worker says it; raises WorkerFailed."""
        return self._asked(_says).result()

    def no_bound(self) -> str | None:
        """See Engine.no_bound: where it is not known what answers cost."""
        return None if self._asked(_priced).result() else NO_PRICE

    def prepare(self, ahead: Iterator[tuple[T, Sequence[Asked]]]) -> None:
        """See Engine.prepare: it is of no use here."""

    def run(self, pieces: Iterator[tuple[T, Sequence[Asked]]]) -> Iterator[tuple[T, list[Answer]]]:
        """Yield each piece with the answers to its rows, in order; one more than there are workers is under way."""
        under: deque[_Under[T]] = deque()
        self._under_way = True
        for piece, rows in pieces:
            under.append(_Under(piece, rows, self._submit(rows)))
            if len(under) > self._workers:
                yield self._first(under)
        while under:
            yield self._first(under)
        self._under_way = False

    def close(self) -> None:
        """End the workers, whatever they are at: none has anything of its own to keep."""
        if self._under_way:
            for worker in list((self._pool._processes or {}).values()):
                worker.kill()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _first(self, under: deque[_Under[T]]) -> tuple[T, list[Answer]]:
        """Return the oldest piece with its answers; where its worker ended, do what is under way again."""
        for _ in range(MOST_TRIES):
            try:
                answers = under[0].answers.result()
            except BrokenProcessPool:
                self.close()
                self._pool = self._new_pool()
                for one in under:
                    one.answers = self._submit(one.rows)
            else:
                return under.popleft().piece, answers
        raise ended_too_often(under[0].rows)

    def _submit(self, rows: Sequence[Asked]) -> "Future[list[Answer]]":
        if not rows:
            done: Future[list[Answer]] = Future()
            done.set_result([])
            return done
        try:
            return self._asked(_answer, rows)
        except BrokenProcessPool as problem:  # found out by the one that waits
            broken: Future[list[Answer]] = Future()
            broken.set_exception(problem)
            return broken

    def _asked(self, act: Callable[..., R], *given: Sequence[Asked]) -> "Future[R]":
        with interrupts_held():  # the first to be asked for starts all workers
            return self._pool.submit(act, self._hired, *given)

    def _new_pool(self) -> ProcessPoolExecutor:
        # Not forked: the encoder's threads and Chroma's would be lost in a fork.
        return ProcessPoolExecutor(self._workers, multiprocessing.get_context("spawn"), initializer=_prepare)


_worker: Worker | None = None


def _prepare() -> None:
    """Without a parent there is nothing left to do."""
    threading.Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _opened(hired: Hired) -> Worker:
    """Return this process's worker; its problems are told in words, which is all that goes from process to process."""
    global _worker  # one a process, and a pool has no other place for it
    if _worker is None:
        try:
            _worker = Worker(hired)
        except Exception as problem:
            raise WorkerFailed(str(problem)) from None
    return _worker


def _says(hired: Hired) -> dict[str, str]:
    return _opened(hired).says()


def _priced(hired: Hired) -> bool:
    return _opened(hired).priced()


def _answer(hired: Hired, rows: Sequence[Asked]) -> list[Answer]:
    return _opened(hired).answer(rows)
