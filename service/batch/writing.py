"""Writes finished slices in order, in a thread of its own: the output first, then what says that it is there."""

import dataclasses
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from service.batch.answers import FAILED, Answer
from service.batch.files.sinks import Sink
from service.batch.rows import Rejected, Row, id_key
from service.batch.run_state import Kept, RunState
from service.batch.slices import Slice
from service.failpoints import Failpoint, reach


@dataclass(frozen=True)
class Planned:
    """A slice, the key of each of its rows' tickets, and the keys that no earlier slice answers."""

    slice: Slice
    keys: tuple[bytes, ...]
    new: tuple[bytes, ...]


class Writer:
    """Appends to two files, which end where the state says. Used by one thread; `lasting` files are on a disk."""

    def __init__(self, output: BinaryIO, rejected: BinaryIO, state: RunState, sink: Sink, *, lasting: bool) -> None:
        self._output = output
        self._rejected = rejected
        self._state = state
        self._sink = sink
        self._lasting = lasting
        self.kept = state.read()

    def write(self, planned: Planned, answers: Sequence[Answer]) -> Kept:
        """Write a slice whole and keep it; `answers` are to its new keys. Returns how far the run is."""
        made = dict(zip(planned.new, answers, strict=True))
        known = made | self._state.answers(key for key in dict.fromkeys(planned.keys) if key not in made)
        rows = [(row, known[key]) for row, key in zip(planned.slice.rows, planned.keys, strict=True)]
        answered = [(row, answer) for row, answer in rows if FAILED not in answer]
        rejected = sorted((*planned.slice.rejected, *_failed(rows)), key=lambda one: one.line)
        totals = self.kept.totals.model_copy(deep=True)
        totals.rows += len(rows) + len(planned.slice.rejected)
        totals.count([answer for _, answer in answered])
        totals.spend(list(made.values()))
        totals.reject([one.reason for one in rejected])
        head = self._sink.head() if self.kept.output == 0 else b""
        written = self._append(self._output, head + self._sink.encode(answered))
        reach(Failpoint.ROWS_WRITTEN)
        refused = self._append(self._rejected, b"".join(map(_line, rejected)))
        self.kept = Kept(
            planned.slice.after,
            self.kept.output + written,
            self.kept.rejected + refused,
            totals,
        )
        self._state.keep(self.kept, [id_key(row.id) for row in planned.slice.rows], made)
        reach(Failpoint.ROWS_KEPT)
        return self.kept

    def end(self) -> None:
        """Write what an output without a row has, and say that all is written."""
        written = self._append(self._output, self._sink.head()) if self.kept.output == 0 else 0
        self.kept = dataclasses.replace(self.kept, output=self.kept.output + written, finished=True)
        self._state.keep(self.kept, [], {})
        reach(Failpoint.BATCH_WRITTEN)

    def _append(self, file: BinaryIO, data: bytes) -> int:
        file.write(data)
        file.flush()
        if self._lasting:
            os.fsync(file.fileno())
        return len(data)


def _failed(rows: Sequence[tuple[Row, Mapping[str, Any]]]) -> list[Rejected]:
    return [
        Rejected(row.line(), row.id, f"could not be decided: {answer[FAILED]}")
        for row, answer in rows
        if FAILED in answer
    ]


def _line(rejected: Rejected) -> bytes:
    said = {"line": rejected.line, "id": rejected.id, "reason": rejected.reason}
    return (json.dumps(said) + "\n").encode()
