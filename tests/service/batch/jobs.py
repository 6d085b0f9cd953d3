"""Jobs in this process, over rows of a few texts, with an engine that can be slow, ahead or interrupted."""

import hashlib
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

from hypothesis import strategies as st

from service.batch.answers import FAILED, FIELDS, Answer, Depth
from service.batch.columns import Columns
from service.batch.files.jsonl_source import JsonlSource
from service.batch.files.sinks import JsonlSink, Layout
from service.batch.hired import Asked
from service.batch.job import Job
from service.batch.output_place import opened_part
from service.batch.planning import Terms
from service.batch.rows import Admission
from service.batch.run_state import RunState
from service.batch.totals import Totals
from service.batch.writing import Writer

T = TypeVar("T")
COLUMNS = Columns("text", "id")
ROWS = 4  # records a slice
INPUTS = st.lists(
    st.fixed_dictionaries(
        {"id": st.integers(0, 30), "text": st.sampled_from(["", "a", "b", "c", "d", "fails"])},
        optional={"note": st.none()},
    ),
    max_size=40,
)


class Interrupted(Exception):
    """A run ends here."""


class Company:
    """An engine whose answers depend on who else is asked with them, as a batch's last digits do."""

    def __init__(self, *, ahead: int, ends_after: int | None = None) -> None:
        self.ahead = ahead
        self.ends_after = ends_after
        self.asked: list[str] = []

    def run(self, pieces: Iterator[tuple[T, Sequence[Asked]]]) -> Iterator[tuple[T, list[Answer]]]:
        under: deque[tuple[T, list[Answer]]] = deque()
        done = 0
        for piece, rows in pieces:
            self.asked += [row.text for row in rows]
            under.append((piece, [self.answer(row, rows) for row in rows]))
            if len(under) > self.ahead:
                if done == self.ends_after:
                    raise Interrupted
                done += 1
                yield under.popleft()
        while under:
            if done == self.ends_after:
                raise Interrupted
            done += 1
            yield under.popleft()

    def answer(self, row: Asked, rows: Sequence[Asked]) -> Answer:
        if row.text == "fails":
            return {FAILED: "ZeroDivisionError"}
        company = hashlib.sha256("|".join(one.text for one in rows).encode()).digest()[0] / 256
        said = {"category": row.text, "confidence": company, "priority": "low", "flags": [], "release": "r"}
        return said | {"usage": {"cost_usd": 1.0, "llm_calls": 1}}


def run(folder: Path, source: Path, engine: Company, **terms: object) -> str | None:
    """Run a job from where it was; return why it stopped."""
    with ExitStack() as stack:
        state = stack.enter_context(RunState(folder / "state.sqlite3"))
        if state.belongs() is None:
            state.begin({})
        kept = state.read()
        output = stack.enter_context(opened_part(folder / "output", kept.output))
        rejected = stack.enter_context(opened_part(folder / "rejected", kept.rejected))
        layout = Layout(("id", "text"), "id", FIELDS[Depth.CLASSIFY])
        writer = Writer(output, rejected, state, JsonlSink(layout), lasting=False)
        admission = Admission(COLUMNS, "0" * 64, state.known)
        job = Job(JsonlSource(source), admission, state, writer, Terms(Depth.CLASSIFY, ROWS, **terms))  # type: ignore[arg-type]
        job.run(engine, lambda _: None)
        return job.stopped


def results(folder: Path) -> tuple[bytes, bytes, Totals]:
    with RunState(folder / "state.sqlite3") as state:
        return (folder / "output").read_bytes(), (folder / "rejected").read_bytes(), state.read().totals
