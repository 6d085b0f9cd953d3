"""What ends a run because of its workers, whichever engine they are of."""

from collections.abc import Sequence

from service.batch.hired import Asked

MOST_TRIES = 3  # of the same rows


class WorkerFailed(Exception):
    """A worker can't be opened or go on, or ends whenever it gets certain rows: the message says it in one line."""


def ended_too_often(rows: Sequence[Asked]) -> WorkerFailed:
    """Return what is to be raised where rows ended their worker at each of MOST_TRIES tries."""
    ids = f"{rows[0].id} to {rows[-1].id}"
    return WorkerFailed(f"The rows {ids} ended their worker {MOST_TRIES} times. Is there memory enough?")
