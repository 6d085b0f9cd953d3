"""Ray Data: slices in files go through a pool of actors, and their answers into files.

All processes of Ray import this, those that read and write as well, so nothing heavy but Ray is imported here.
"""

import dataclasses
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import ray
from ray.data import ActorPoolStrategy, DataContext, Datasink
from ray.data._internal.execution.execution_callback import ExecutionCallback

from service.batch.hired import Asked, threads_each
from service.batch.on_ray.cluster import connected, said_by
from service.batch.on_ray.slice_files import Said, SliceFiles, read_asked
from service.batch.on_ray.work import Work
from service.batch.worker_failed import MOST_TRIES, WorkerFailed, ended_too_often

if TYPE_CHECKING:
    from service.batch.worker import Worker

SLICES_AT_ONCE = 10_000  # given to Ray in one go: its own lists grow with them
# Readers and writers of files need no CPU of their own, which actors could hold for good, and few are enough for many.
FILES_TOGETHER = 4


def answer_slices(numbers: Sequence[int], work: Work, workers: int | None, stop: Event) -> None:
    """Answer slices that are asked in files; raises WorkerFailed, also soon after `stop` is set."""
    with connected(workers) as cpus:
        pool = workers or cpus
        work.hired = dataclasses.replace(work.hired, threads=threads_each(cpus, pool))
        _set_up(stop)
        try:
            for at in range(0, len(numbers), SLICES_AT_ONCE):
                _answer(numbers[at : at + SLICES_AT_ONCE], work, pool)
        except Exception as problem:
            raise WorkerFailed(f"Ray failed: {said_by(problem)}") from problem


def _answer(numbers: Sequence[int], work: Work, workers: int) -> None:
    files = SliceFiles(work.folder)
    asked = ray.data.read_text(
        [str(files.asked(number)) for number in numbers],
        override_num_blocks=len(numbers),
        num_cpus=0,
        concurrency=FILES_TOGETHER,
    )
    # One slice at a time, so that none waits behind another while an actor is idle.
    pool = ActorPoolStrategy(size=min(workers, len(numbers)), max_tasks_in_flight_per_actor=1)
    said = asked.map_batches(
        Answering, fn_constructor_args=[work], batch_size=None, batch_format="pyarrow", compute=pool, num_cpus=1
    )
    said.write_datasink(_Answers(work.folder), ray_remote_args={"num_cpus": 0}, concurrency=FILES_TOGETHER)


class Answering:
    """What an actor does. Its worker is opened for its first rows, so that what fails then is told as of any rows."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._files = SliceFiles(work.folder)
        self._worker: Worker | None = None

    def __call__(self, table: pa.Table) -> pa.Table:
        asked = [read_asked(line) for line in table.column("text").to_pylist()]
        said = [json.dumps(self._said(number, rows)) for number, rows in asked]
        return pa.table({"slice": [number for number, _ in asked], "said": said})

    def _said(self, number: int, rows: Sequence[Asked]) -> Said:
        """Return a slice's answers. Ray has rows that end their actor tried by the next one, without an end."""
        try:
            if self._files.begin(number) > MOST_TRIES:
                raise ended_too_often(rows)
            self._worker = self._worker or self._opened()
            return self._worker.answer(rows)
        except WorkerFailed as problem:
            return str(problem)

    def _opened(self) -> "Worker":
        self._work.surroundings.take()
        try:
            from service.batch.worker import Worker  # not earlier: its libraries read their variables as they come

            worker = Worker(self._work.hired)
        except Exception as problem:
            raise WorkerFailed(str(problem)) from problem
        if worker.says() != self._work.says:
            raise WorkerFailed(f"A worker of Ray is another installation: {worker.says()} and not {self._work.says}.")
        return worker


class _Answers(Datasink[None]):  # type: ignore[misc]
    """Writes what is said of each slice to a file of its own."""

    def __init__(self, folder: Path) -> None:
        self._files = SliceFiles(folder)

    def write(self, blocks: Iterable[Any], ctx: Any) -> None:  # noqa: ARG002 -- Ray gives it
        for block in blocks:
            for row in block.to_pylist():
                self._files.say(row["slice"], json.loads(row["said"]))


class _Stop(ExecutionCallback):  # type: ignore[misc]
    """Ends what is under way when asked to. There is no other way to, and Ray makes these itself."""

    asked = Event()

    def on_execution_step(self, executor: Any) -> None:  # noqa: ARG002 -- Ray gives it
        if self.asked.is_set():
            raise InterruptedError


def _set_up(stop: Event) -> None:
    _Stop.asked = stop
    context = DataContext.get_current()
    context.execution_no_progress_timeout_s = -1  # a large model may be waited for
    context.max_consecutive_actor_init_deaths = MOST_TRIES
    context.custom_execution_callback_classes = [_Stop]
