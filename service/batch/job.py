"""The job: slices are planned in order, decided by an engine, written in order; what was kept is not done again."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from service.batch.answers import FAILED, Answer
from service.batch.hired import Asked
from service.batch.planning import WITHOUT_STRICT, Planning, Terms
from service.batch.records import Source
from service.batch.rows import Admission
from service.batch.run_state import Kept, RunState
from service.batch.slices import Slice
from service.batch.writing import Planned, Writer

Told = Callable[[Kept], None]


class Deciding(Protocol):
    """What decides rows, wherever."""

    def run(self, pieces: Iterator[tuple[Planned, Sequence[Asked]]]) -> Iterator[tuple[Planned, list[Answer]]]:
        """Yield each slice with the answers to its rows, in order; raises WorkerFailed."""


class Engine(Deciding, Protocol):
    """What decides rows for a run from its beginning to its end. All of it raises WorkerFailed."""

    def says(self) -> dict[str, str]:
        """Return what answers depend on, as a worker says it."""

    def no_bound(self) -> str | None:
        """Say why a bound on cost can't hold; None where it can."""

    def prepare(self, ahead: Iterator[tuple[Planned, Sequence[Asked]]]) -> None:
        """Hear of all slices that `run` will be given, before it is; none are read where that is of no use."""

    def close(self) -> None:
        """Let go of everything, whatever is under way; once more is no harm."""


class Job:
    """One run over one input."""

    def __init__(self, source: Source, admission: Admission, state: RunState, writer: Writer, terms: Terms) -> None:
        self._planning = Planning(source, admission, state.answered, terms)
        self._writer = writer
        self._terms = terms
        self._under_way = 0  # rows that are planned and not answered
        self._spent = writer.kept.totals.cost_usd
        self._answered = writer.kept.totals.answered
        self.stopped: str | None = None

    def run(self, engine: Deciding, told: Told) -> None:
        """Do what is left; `told` hears of every slice that is kept. `stopped` says why not all is done."""
        with ThreadPoolExecutor(1, thread_name_prefix="batch-writer") as thread:
            writing: tuple[Slice, Future[Kept]] | None = None
            for planned, answers in engine.run(self._planned()):
                self._count(answers)
                if self._terms.strict and any(FAILED in answer for answer in answers):
                    self.stopped = f"a row of lines {_lines(planned.slice)} could not be decided; {WITHOUT_STRICT}"
                    break
                self._let_go(writing, told)
                writing = (planned.slice, thread.submit(self._writer.write, planned, answers))
            self._let_go(writing, told)

    def _planned(self) -> Iterator[tuple[Planned, list[Asked]]]:
        """Yield what is left of the plan, as far as its cost may go."""
        for planned, rows in self._planning.slices(self._writer.kept.place):
            if self._terms.most_cost is not None and self._likely_spent() >= self._terms.most_cost:
                spent = f"{self._spent:.4f} US dollars are spent of {self._terms.most_cost:g}"
                self.stopped = f"{spent}; with a higher --max-cost the run goes on"
                return
            self._under_way += len(rows)
            yield planned, rows
        self.stopped = self._planning.stopped

    def _likely_spent(self) -> float:
        """Return what is spent, with what is under way at the cost of the rows so far."""
        return self._spent + self._under_way * (self._spent / self._answered if self._answered else 0.0)

    def _count(self, answers: Sequence[Answer]) -> None:
        self._under_way -= len(answers)
        self._answered += len(answers)
        self._spent += sum((answer.get("usage") or {}).get("cost_usd") or 0.0 for answer in answers)

    def _let_go(self, writing: tuple[Slice, Future[Kept]] | None, told: Told) -> None:
        """Wait until a slice is kept, and forget what was held of it."""
        if writing is None:
            return
        kept = writing[1].result()
        self._planning.kept(writing[0].number)
        told(kept)


def _lines(piece: Slice) -> str:
    return f"{piece.rows[0].line()} to {piece.rows[-1].line()}"
