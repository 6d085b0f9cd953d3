"""Puts a batch together from what its user asks for, and takes it to its end or to where it can go on from."""

import os
import sys
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from agent.release import load_release
from agent.settings import Settings
from agent.shops import open_shop
from service.batch.answers import FIELDS, Depth
from service.batch.belonging import Belongs, begin, belonging, done_before, summary
from service.batch.columns import Columns, choose_columns
from service.batch.engine_name import EngineRefusedError
from service.batch.engines import open_engine, require_engine
from service.batch.files.formats import PIPE
from service.batch.files.input_file import InputFile, spooled
from service.batch.files.opening import open_sink, open_source
from service.batch.files.sinks import Layout, Sink
from service.batch.job import Engine, Job
from service.batch.output_place import OutputPlace, opened_part
from service.batch.planning import Terms
from service.batch.planning_ahead import planned_ahead
from service.batch.records import Source
from service.batch.rows import Admission
from service.batch.run_state import Kept, RunState
from service.batch.totals import Totals
from service.batch.wanted import Wanted
from service.batch.writing import Writer
from service.failpoints import Failpoint, reach

# Records that are decided, written and kept together. Fewer where a row takes longer: what a kill costs is time.
ROWS = {Depth.CLASSIFY: 256, Depth.FULL: 64}
ROWS_ASKED = 16  # where a large model is asked


class Watcher:
    """Hears how a run goes on; this one keeps it to itself."""

    def says(self, line: str) -> None:
        """Hear something worth saying."""

    def begins(self, size: int, kept: Kept) -> None:
        """Hear how much there is, in the unit of a place's offset, and how far the run was before."""

    def goes_on(self, kept: Kept) -> None:
        """Hear of a slice that is kept."""


@dataclass(frozen=True)
class Outcome:
    """How a run ended: `stopped` says why before its end, `before` that all was done before it began."""

    totals: Totals
    stopped: str | None = None
    before: bool = False


@dataclass(frozen=True)
class _Opened:
    """What a run reads from, writes to and works with."""

    wanted: Wanted
    place: OutputPlace
    given: InputFile
    source: Source
    columns: Columns
    engine: Engine
    belongs: Belongs

    def job(self, state: RunState, writer: Writer) -> Job:
        """Return the job over it, with an engine that is ready for it."""
        terms = Terms(self.wanted.depth, int(self.belongs["rows"]), self.wanted.strict, self.wanted.most_cost)
        self.engine.prepare(planned_ahead(self.source, self._admission, state, terms, self.place.met_ahead))
        return Job(self.source, self._admission(state.known), state, writer, terms)

    def _admission(self, known: Callable[[bytes], bool]) -> Admission:
        return Admission(self.columns, self.given.sha256, known)


def run_batch(wanted: Wanted, watcher: Watcher) -> Outcome:
    """Take a batch as far as it goes.

    Raises BadInputError, OutputRefusedError, UnknownFormatError, EngineRefusedError, WorkerFailed,
    UnknownReleaseError, OSError, or sqlite3.Error where the state can't be kept.
    """
    with ExitStack() as stack:
        opened = _open(stack, wanted, watcher)
        if (totals := done_before(opened.place, opened.belongs)) is not None:
            return Outcome(totals, before=True)
        outcome = _taken(opened, watcher)
        if outcome.stopped is None:
            opened.engine.close()  # a part of it that is slow to end may still write there
            opened.place.forget()
        return outcome


def _taken(opened: _Opened, watcher: Watcher) -> Outcome:
    """Go on with the run, or begin it; at its end its output has appeared, and the state is closed."""
    with ExitStack() as stack:
        state = stack.enter_context(RunState(opened.place.state))
        begin(state, opened.belongs, opened.place)
        layout = Layout(opened.source.columns, opened.columns.id, FIELDS[opened.wanted.depth])
        sink = open_sink(opened.wanted, opened.source, layout)
        if not state.read().finished:
            writer = _writer(stack, opened, state, sink)
            watcher.begins(opened.source.size(), writer.kept)
            job = opened.job(state, writer)
            job.run(opened.engine, watcher.goes_on)
            if job.stopped is not None:
                return Outcome(writer.kept.totals, job.stopped)
            opened.given.require_unchanged()
            writer.end()
        totals = state.read().totals
        if opened.wanted.target != PIPE:
            _publish(opened.place, sink, summary(opened.belongs, totals))
        return Outcome(totals)


def _open(stack: ExitStack, wanted: Wanted, watcher: Watcher) -> _Opened:
    require_engine(wanted.engine)
    place = _place(stack, wanted)
    given = spooled(place.spooled) if wanted.source == PIPE else InputFile.of(wanted.source)
    source = open_source(wanted, given)
    columns = choose_columns(source.columns, wanted.told)
    watcher.says(f"{given.name}: {columns.said()}.")
    release = load_release(wanted.release or Settings().release)
    engine = stack.enter_context(closing(open_engine(wanted, release, _kept_day(place) or _shop_day(), place)))
    if wanted.most_cost is not None and (why := engine.no_bound()) is not None:
        raise EngineRefusedError(why)
    rows = ROWS_ASKED if release.large else ROWS[wanted.depth]
    return _Opened(
        wanted, place, given, source, columns, engine, belonging(wanted, given, columns, engine.says(), rows)
    )


def _place(stack: ExitStack, wanted: Wanted) -> OutputPlace:
    """Return the place of the output, held; that of a pipe is a folder which goes with the run."""
    if wanted.target == PIPE:
        place = OutputPlace(Path(stack.enter_context(TemporaryDirectory(prefix="triage-batch-"))) / "output")
    else:
        place = OutputPlace(wanted.target)
    place.check(wanted.source)
    stack.enter_context(place.held())
    if wanted.overwrite:
        place.forget()
    return place


def _kept_day(place: OutputPlace) -> date | None:
    """Return the day on which a run that goes on began: its rows are all judged by the same."""
    if not place.state.exists():
        return None
    with RunState(place.state) as state:
        begun = state.belongs()
    return date.fromisoformat(begun["day"]) if begun else None


def _shop_day() -> date:
    shop, today = open_shop(Settings())
    shop.close()
    return today()


def _writer(stack: ExitStack, opened: _Opened, state: RunState, sink: Sink) -> Writer:
    if opened.wanted.target == PIPE:
        return Writer(sys.stdout.buffer, sys.stderr.buffer, state, sink, lasting=False)
    kept, place = state.read(), opened.place
    output = stack.enter_context(opened_part(place.part, kept.output))
    rejected = stack.enter_context(opened_part(place.rejected_part, kept.rejected))
    return Writer(output, rejected, state, sink, lasting=True)


def _publish(place: OutputPlace, sink: Sink, told: str) -> None:
    """Make the output and let it appear; every part of it can be done again after a kill."""
    if place.part.exists():
        sink.finish(place.part, place.made)
        with place.made.open("rb") as made:
            os.fsync(made.fileno())
    place.publish(told)
    reach(Failpoint.BATCH_PUBLISHED)
