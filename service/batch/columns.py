"""Which column holds what: as told by option, else guessed where that is obvious."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.batch.records import BadInputError

GUESSES = {
    "text": ("text", "message", "body", "ticket", "description", "content", "question", "inquiry", "comment"),
    "id": ("id", "ticket_id", "ticketid", "ticket id", "case_id", "message_id", "uuid"),
    "customer": ("customer_id", "customer", "customerid", "customer id"),
    "order": ("order_id", "order", "orderid", "order id", "order_number", "order number"),
}


@dataclass(frozen=True)
class Columns:
    """Names of columns. `text` has to be; the others are None where the input has none."""

    text: str
    id: str | None = None
    customer: str | None = None
    order: str | None = None

    def said(self) -> str:
        """Return in words what is read from where."""
        parts = [f"text from {self.text!r}", f"id from {self.id!r}" if self.id else "ids of file and row number"]
        parts += [
            f"{what} from {name!r}" for what, name in (("customer", self.customer), ("order", self.order)) if name
        ]
        return ", ".join(parts)


def choose_columns(found: Sequence[str], told: dict[str, str | None]) -> Columns:
    """Return the columns; raises BadInputError where one that is told is missing, or none can be taken for the text."""
    for name in told.values():
        if name is not None and name not in found:
            raise BadInputError(f"There is no column {name!r}; there are {_listed(found)}.")
    taken = {name for name in told.values() if name is not None}
    chosen = {what: told.get(what) or _guess(what, [name for name in found if name not in taken]) for what in GUESSES}
    text = chosen.pop("text") or (found[0] if len(found) == 1 else None)
    if text is None:
        raise BadInputError(f"Which column holds the text? Name it with --text; there are {_listed(found)}.")
    return Columns(text, **chosen)


def _guess(what: str, found: Sequence[str]) -> str | None:
    """Return the column whose name says it, by the first name of the list that one has."""
    named = {name.strip().lower(): name for name in reversed(found)}
    return next((named[guess] for guess in GUESSES[what] if guess in named), None)


def _listed(found: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in found[:12])
    return shown + (f" and {len(found) - 12} more" if len(found) > 12 else "") if found else "none"
