"""What a benchmark's report says to people, for the terminal and for a page alike."""

from collections.abc import Sequence
from dataclasses import dataclass

from evals.bench.environment import BenchEnvironment, is_quiet
from evals.bench.target import Target
from evals.statistics.estimate import Estimate


@dataclass(frozen=True)
class Table:
    """Rows of text under a header; `caption` says what was counted."""

    title: str
    caption: str
    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True)
class Sheet:
    """A report in words and tables."""

    title: str
    lead: str
    tables: list[Table]
    notes: list[str]


def cell(estimate: Estimate | None, digits: int = 2) -> str:
    """Return "12.30 [11.90, 12.80]", as a table whose caption states the n writes it."""
    if estimate is None or estimate.value is None or estimate.low is None or estimate.high is None:
        return "-"
    return f"{estimate.value:.{digits}f} [{estimate.low:.{digits}f}, {estimate.high:.{digits}f}]"


def targets_table(targets: Sequence[Target]) -> Table:
    """Return targets with what was measured and whether they are met."""
    rows = [
        (one.name, f"at {one.at} {one.bound:g}", one.measured.text(), one.verdict(), one.measured.method)
        for one in targets
    ]
    caption = "Brackets hold the 95 % interval; its kind stands in the last column."
    return Table("Targets", caption, ("target", "bound", "measured", "", "interval"), rows)


def environment_table(found: BenchEnvironment, cores_of_others: float | None) -> Table:
    """Return what was measured, with what and where."""
    machine = found.machine
    state = {True: ", with changes since", False: "", None: ", changes unknown"}[machine.dirty]
    rows = [
        ("code", f"{machine.commit or 'unknown commit'}{state}"),
        ("release", f"{found.release} (head {found.head}, replies {found.replies})"),
        ("encoder", found.encoder),
        ("threads", f"{found.threads} for each encoder"),
        ("processor", f"{machine.processor}, {found.usable_cores} of {machine.cores} cores usable"),
        ("load before", f"{found.load:g} processes, averaged over one minute"),
        ("used by others", "unknown" if cores_of_others is None else f"{cores_of_others:g} cores during the runs"),
        ("Python", machine.python),
        *machine.libraries.items(),
    ]
    return Table("Circumstances", "", ("", ""), rows)


def busy_note(cores_of_others: float | None) -> str:
    """Return what to think of a run during which others kept cores busy; nothing where they did not."""
    if is_quiet(cores_of_others):
        return ""
    return f" But others kept {cores_of_others:g} cores busy meanwhile, so this is no measurement."
