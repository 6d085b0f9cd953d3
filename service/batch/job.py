"""The job: slices are planned in order, decided by an engine, written in order; what was kept is not done again."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol, TypeVar

from service.batch.answers import FAILED, Answer, Depth
from service.batch.records import Source
from service.batch.rows import Admission, Row
from service.batch.run_state import Kept, RunState
from service.batch.slices import Slice, slices, ticket_key
from service.batch.worker import Asked
from service.batch.writing import Planned, Writer

T = TypeVar("T")
Told = Callable[[Kept], None]
WITHOUT_STRICT = "without --strict the run goes on"


class Engine(Protocol):
    """What decides rows, wherever."""

    def run(self, pieces: Iterator[tuple[T, Sequence[Asked]]]) -> Iterator[tuple[T, list[Answer]]]:
        """Yield each piece with the answers to its rows, in order."""


@dataclass(frozen=True)
class Terms:
    """How a run goes. `rows` are records a slice; `most_cost`, in US dollars, ends it early, ready to go on."""

    depth: Depth
    rows: int
    strict: bool = False
    most_cost: float | None = None


class Job:
    """One run over one input."""

    def __init__(self, source: Source, admission: Admission, state: RunState, writer: Writer, terms: Terms) -> None:
        self._source = source
        self._admission = admission
        self._state = state
        self._writer = writer
        self._terms = terms
        self._pending: dict[bytes, int] = {}  # keys of tickets under way, and in which slice they are answered
        self._under_way = 0  # rows that are planned and not answered
        self._spent = writer.kept.totals.cost_usd
        self._answered = writer.kept.totals.answered
        self.stopped: str | None = None

    def run(self, engine: Engine, told: Told) -> None:
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
        """Yield slices with the rows that need an answer: the first of each distinct ticket, by the input's order.

        Which those are does not depend on how far the work is, so that texts are always encoded in the same company.
        """
        full = self._terms.depth is Depth.FULL
        for piece in slices(self._source, self._admission, self._terms.rows, self._writer.kept.place):
            if self._ends_before(piece):
                return
            keys = tuple(ticket_key(row, with_customer=full) for row in piece.rows)
            first = dict(zip(reversed(keys), reversed(piece.rows), strict=True))
            new = tuple(
                key for key in dict.fromkeys(keys) if key not in self._pending and not self._state.answered(key)
            )
            self._pending |= dict.fromkeys(new, piece.number)
            self._under_way += len(new)
            yield Planned(piece, keys, new), [_asked(first[key], with_customer=full) for key in new]

    def _ends_before(self, piece: Slice) -> bool:
        """Say whether the run ends before this slice, and note why."""
        if self._terms.strict and piece.rejected:
            self.stopped = f"line {piece.rejected[0].line}: {piece.rejected[0].reason}; {WITHOUT_STRICT}"
        elif self._terms.most_cost is not None and self._likely_spent() >= self._terms.most_cost:
            spent = f"{self._spent:.4f} US dollars are spent of {self._terms.most_cost:g}"
            self.stopped = f"{spent}; with a higher --max-cost the run goes on"
        return self.stopped is not None

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
        self._admission.kept(writing[0].number)
        self._pending = {key: number for key, number in self._pending.items() if number != writing[0].number}
        told(kept)


def _asked(row: Row, *, with_customer: bool) -> Asked:
    return Asked(row.id, row.text, row.customer if with_customer else None, row.order)


def _lines(piece: Slice) -> str:
    return f"{piece.rows[0].line()} to {piece.rows[-1].line()}"
