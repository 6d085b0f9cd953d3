"""Ray Data's actors, on the cluster of RAY_ADDRESS or on this machine. Needs ray (extra `ray`).

What is asked of each slice is written first, for the whole rest of the input. Then Ray reads these files, deals the
slices out and writes the answers beside them, while the job puts slices in order as soon as their answers are there.
An answered slice is not asked again, whoever is killed: its file is there, and the rows that it answers stay the same.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from service.batch.answers import Answer
from service.batch.hired import Asked, Hired
from service.batch.local_engine import LocalEngine
from service.batch.on_ray.own_process import RayProcess
from service.batch.on_ray.slice_files import SliceFiles
from service.batch.on_ray.surroundings import Surroundings
from service.batch.on_ray.work import Work
from service.batch.worker_failed import WorkerFailed
from service.batch.writing import Planned

LOOKS_EVERY_S = 0.05
SEEN_WITHIN_S = 60.0  # how long a network's file system may hide a new file from this machine
NO_BOUND = "With --engine ray all rows are asked for at once, so --max-cost can't hold; leave one of them out."


class RayEngine:
    """`workers` actors, one a CPU of the cluster where None, each with an Agent of its own.

    `folder` is seen by all machines. It holds what is asked and answered until the run has ended.
    """

    def __init__(self, hired: Hired, workers: int | None, folder: Path) -> None:
        self._hired = hired
        self._workers = workers
        self._files = SliceFiles(folder)
        self._folder = folder
        self._says: dict[str, str] = {}
        self._ray: RayProcess | None = None

    def says(self) -> dict[str, str]:
        """See Engine.says: as a worker on this machine says it; the others are held to it."""
        with closing(LocalEngine(self._hired, 1)) as here:
            self._says = here.says()
        return self._says

    def no_bound(self) -> str | None:
        """See Engine.no_bound: what runs ahead can't be bounded."""
        return NO_BOUND

    def prepare(self, ahead: Iterator[tuple[Planned, Sequence[Asked]]]) -> None:
        """See Engine.prepare: have all slices asked that have no answers, in the background."""
        numbers = [planned.slice.number for planned, rows in ahead if self._ask(planned.slice.number, rows)]
        if numbers:
            work = Work(self._hired, Surroundings(), self._says, self._folder)
            self._ray = RayProcess(numbers, work, self._workers)

    def run(self, pieces: Iterator[tuple[Planned, Sequence[Asked]]]) -> Iterator[tuple[Planned, list[Answer]]]:
        """See Engine.run: each slice as soon as its answers are there."""
        for planned, rows in pieces:
            yield planned, self._awaited(planned.slice.number) if rows else []

    def close(self) -> None:
        """See Engine.close: a Ray that was started here ends."""
        ray, self._ray = self._ray, None
        if ray is not None:
            ray.close()

    def _ask(self, number: int, rows: Sequence[Asked]) -> bool:
        """Write what is asked of a slice, unless that is nothing or answered; say whether there was anything."""
        said = self._files.said(number) if rows else []
        if isinstance(said, list) and len(said) == len(rows):
            return False
        self._files.ask(number, rows)
        return True

    def _awaited(self, number: int) -> list[Answer]:
        ended: float | None = None
        while (said := self._files.said(number)) is None:
            if self._ray is None or self._ray.ended():
                ended = ended or time.monotonic()
                if time.monotonic() - ended > SEEN_WITHIN_S:
                    raise WorkerFailed(f"Ray has ended, and no answers are in {self._folder}. Do all machines see it?")
            time.sleep(LOOKS_EVERY_S)
        if isinstance(said, str):
            raise WorkerFailed(said)
        return said
