"""Ray in a process of its own: what it prints nobody hears, what ends it ends nothing else, and it ends with a run."""

import multiprocessing
import os
import threading
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection

from service.batch.interrupts import interrupts_held
from service.batch.on_ray.work import Work
from service.batch.worker_failed import WorkerFailed

# Read when Ray is imported: nothing is told to anybody, and no call starts another Ray.
READS = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ENABLE_AUTO_CONNECT": "0"}
ENDS_WITHIN_S = 20.0
STDOUT, STDERR = 1, 2


class RayProcess:
    """Has slices answered that are asked in files."""

    def __init__(self, numbers: Sequence[int], work: Work, workers: int | None) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, there = context.Pipe()
        self._process = context.Process(target=_answer, args=(there, numbers, work, workers), name="ray", daemon=True)
        with interrupts_held():
            self._process.start()
        there.close()

    def ended(self) -> bool:
        """Say whether all slices are answered; raises WorkerFailed where no more will be."""
        if self._process.is_alive():
            return False
        try:
            words = self._connection.recv()
        except EOFError:
            if self._process.exitcode == 0:
                return True
            words = f"Ray ended with exit code {self._process.exitcode}. The same command goes on where it was."
        raise WorkerFailed(words)

    def close(self) -> None:
        """End it, whatever it is at."""
        self._connection.close()
        self._process.join(ENDS_WITHIN_S)
        self._process.kill()
        self._process.join()
        self._process.close()


def be_silent() -> None:
    """Let what this process and those that it starts print go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, STDOUT)
    os.dup2(nowhere, STDERR)


def _answer(parent: Connection, numbers: Sequence[int], work: Work, workers: int | None) -> None:
    be_silent()
    stop = threading.Event()
    threading.Thread(target=_stop_with, args=(parent, stop), name="stop-with-parent", daemon=True).start()
    os.environ.update(READS)
    try:
        from service.batch.on_ray.actors import answer_slices

        answer_slices(numbers, work, workers, stop)
    except Exception as problem:
        parent.send(str(problem) if isinstance(problem, WorkerFailed) else repr(problem))


def _stop_with(parent: Connection, stop: threading.Event) -> None:
    """Stop when the parent closes its end, or ended."""
    parent.poll(None)
    stop.set()
    time.sleep(ENDS_WITHIN_S)
    os._exit(1)
