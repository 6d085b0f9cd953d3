"""Plans what is asked of each slice: the first row of each ticket that no earlier slice answers, by the input's order.

Which rows those are does not depend on how far the work is, so that texts are always encoded in the same company.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from service.batch.answers import Depth
from service.batch.hired import Asked
from service.batch.records import Place, Source
from service.batch.rows import Admission, Row
from service.batch.slices import slices, ticket_key
from service.batch.writing import Planned

WITHOUT_STRICT = "without --strict the run goes on"


@dataclass(frozen=True)
class Terms:
    """How a run goes. `rows` are records a slice; `most_cost`, in US dollars, ends it early, ready to go on."""

    depth: Depth
    rows: int
    strict: bool = False
    most_cost: float | None = None


class Planning:
    """`answered` says whether a ticket's answer is kept. `stopped` says why the plan ends before the input does."""

    def __init__(self, source: Source, admission: Admission, answered: Callable[[bytes], bool], terms: Terms) -> None:
        self._source = source
        self._admission = admission
        self._answered = answered
        self._terms = terms
        self._pending: dict[bytes, int] = {}  # keys of tickets under way, and in which slice they are answered
        self.stopped: str | None = None

    def slices(self, start: Place | None) -> Iterator[tuple[Planned, list[Asked]]]:
        """Yield the slices from a place on, each with the rows that need an answer."""
        full = self._terms.depth is Depth.FULL
        for piece in slices(self._source, self._admission, self._terms.rows, start):
            if self._terms.strict and piece.rejected:
                self.stopped = f"line {piece.rejected[0].line}: {piece.rejected[0].reason}; {WITHOUT_STRICT}"
                return
            keys = tuple(ticket_key(row, with_customer=full) for row in piece.rows)
            first = dict(zip(reversed(keys), reversed(piece.rows), strict=True))
            new = tuple(key for key in dict.fromkeys(keys) if key not in self._pending and not self._answered(key))
            self._pending |= dict.fromkeys(new, piece.number)
            yield Planned(piece, keys, new), [_asked(first[key], with_customer=full) for key in new]

    def kept(self, slice_number: int) -> None:
        """Forget what is held of a slice: its ids and tickets are known elsewhere now."""
        self._admission.kept(slice_number)
        self._pending = {key: number for key, number in self._pending.items() if number != slice_number}


def _asked(row: Row, *, with_customer: bool) -> Asked:
    return Asked(row.id, row.text, row.customer if with_customer else None, row.order)
