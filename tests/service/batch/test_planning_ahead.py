"""What is planned ahead of a run is what the run asks for, wherever it goes on from."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from service.batch.answers import Answer, Depth
from service.batch.files.jsonl_source import JsonlSource
from service.batch.hired import Asked
from service.batch.planning import Terms
from service.batch.planning_ahead import planned_ahead
from service.batch.rows import Admission
from service.batch.run_state import RunState
from tests.service.batch.batches import write_jsonl
from tests.service.batch.jobs import COLUMNS, ROWS, Company, Interrupted, run

# Few ids and few texts, so that many come again in a later slice.
INPUTS = st.lists(
    st.fixed_dictionaries({"id": st.integers(0, 12), "text": st.sampled_from(["", "a", "b", "c", "d", "fails"])}),
    max_size=40,
)


class Noting(Company):
    """Notes all that it is given."""

    def run(self, pieces: Iterator[tuple[Any, Sequence[Asked]]]) -> Iterator[tuple[Any, list[Answer]]]:
        self.given: list[tuple[Any, Sequence[Asked]]] = []

        def noted() -> Iterator[tuple[Any, Sequence[Asked]]]:
            for piece in pieces:
                self.given.append(piece)
                yield piece

        return super().run(noted())


def admission(known: Callable[[bytes], bool]) -> Admission:
    return Admission(COLUMNS, "0" * 64, known)


def plan(folder: Path, source: Path, strict: bool) -> list[tuple[Any, Sequence[Asked]]]:
    """Return what is planned ahead from where a run is."""
    with RunState(folder / "state.sqlite3") as state:
        if state.belongs() is None:
            state.begin({})
        terms = Terms(Depth.CLASSIFY, ROWS, strict)
        return list(planned_ahead(JsonlSource(source), admission, state, terms, folder / "met"))


@settings(deadline=None, max_examples=100)
@given(INPUTS, st.integers(0, 5), st.integers(0, 3), st.booleans())
def test_it_is_what_the_run_asks_for(rows: list[dict[str, object]], kept: int, ahead: int, strict: bool) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        source = write_jsonl(folder / "in.jsonl", rows)
        whole = plan(folder, source, strict)
        with suppress(Interrupted):
            run(folder, source, Company(ahead=ahead, ends_after=kept), strict=strict)
        (folder / "met").write_bytes(b"left by a run that was killed")
        rest = plan(folder, source, strict)
        engine = Noting(ahead=ahead)
        run(folder, source, engine, strict=strict)
        # A strict run ends early where a row can't be decided, which nobody knows ahead.
        assert engine.given == (rest[: len(engine.given)] if strict else rest)
        assert rest == whole[len(whole) - len(rest) :]
        assert not (folder / "met").exists()
