"""The latency report in words, tables and figures."""

from evals.bench.figures import Curve, curves
from evals.bench.interleave import PAUSE_S
from evals.bench.latency_report import LatencyReport, LengthRow
from evals.bench.page import Figure
from evals.bench.quantiles import Quantiles
from evals.bench.sheet import Sheet, Table, busy_note, cell, environment_table, targets_table

QUANTILES = ("p50", "p95", "p99")


def latency_sheet(report: LatencyReport) -> Sheet:
    """Return the report in words and tables."""
    ratio = report.ratio_to_encode
    runs = report.repetitions * report.tickets_a_repetition
    return Sheet(
        title="Latency of a whole ticket",
        lead=(
            f"A whole ticket takes {ratio.p50:.2f} times as long as the plain encoding of its text at the median, and "
            f"{ratio.p95:.2f} times at the 95th percentile.{busy_note(report.cores_of_others)}"
        ),
        tables=[
            targets_table(report.targets),
            _whole(report, runs),
            _steps(report, runs),
            _lengths("By length, standard mix", report.by_length, report.repetitions),
            _lengths("By length, from the shortest to the longest", report.curve, report.repetitions),
            _fresh(report),
            environment_table(report.environment, report.cores_of_others),
        ],
        notes=_notes(report),
    )


def latency_figures(report: LatencyReport) -> list[Figure]:
    """Return the curve over the tickets' lengths: the times, and their ratio."""
    lengths = [float(row.characters) for row in report.curve]
    caption = f"Medians within a repetition, over n = {report.repetitions} repetitions; bars are 95 % intervals."
    times = [
        Curve("whole ticket", lengths, [row.agent for row in report.curve]),
        Curve("plain encoding", lengths, [row.encode for row in report.curve]),
    ]
    ratio = [Curve("whole ticket / plain encoding", lengths, [row.ratio for row in report.curve])]
    across = "length of the ticket (characters)"
    return [
        Figure("Time by length", caption, curves(times, across, "time (ms)", log_y=True)),
        Figure("Ratio by length", caption, curves(ratio, across, "ratio (no unit)", line_at=1.0)),
    ]


def _whole(report: LatencyReport, runs: int) -> Table:
    rows = [
        _quantile_row("whole ticket", report.agent),
        _quantile_row("plain encoding", report.encode),
        ("ratio", cell(report.ratio_intervals.p50), cell(report.ratio_intervals.p95), "-"),
        ("whole ticket / itself", cell(report.noise_floor.p50), cell(report.noise_floor.p95), "-"),
        (
            "plain encoding / itself",
            cell(report.noise_floor_of_encode.p50),
            cell(report.noise_floor_of_encode.p95),
            "-",
        ),
    ]
    caption = (
        f"Milliseconds over n = {runs} runs ({report.repetitions} repetitions of {report.tickets_a_repetition} "
        "tickets), with exact intervals of order statistics; ratios of quantiles within a repetition, over the "
        "repetitions. The last two lines are the noise floor: each against itself under another name."
    )
    return Table("Whole ticket and plain encoding", caption, ("", *QUANTILES), rows)


def _quantile_row(name: str, found: Quantiles) -> tuple[str, ...]:
    return (name, cell(found.p50), cell(found.p95), cell(found.p99) if found.p99 else f"refused: {found.refused}")


def _steps(report: LatencyReport, runs: int) -> Table:
    rows = [(name, *(cell(getattr(found, q)) for q in QUANTILES)) for name, found in report.steps.items()]
    return Table("By step", f"Milliseconds over n = {runs} runs.", ("step", *QUANTILES), rows)


def _lengths(title: str, found: list[LengthRow], repetitions: int) -> Table:
    rows = [(f"{row.characters:,}", cell(row.agent), cell(row.encode), cell(row.ratio)) for row in found]
    caption = f"Medians within a repetition in milliseconds, over n = {repetitions} repetitions."
    return Table(title, caption, ("characters", "whole ticket", "plain encoding", "ratio"), rows)


def _fresh(report: LatencyReport) -> Table:
    fresh = report.fresh_process
    rows = [
        ("seconds until the first Decision, median and range", fresh.median.text(2)),
        ("resident memory", _mib(fresh.resident_mib)),
        ("peak of resident memory", _mib(fresh.peak_mib)),
    ]
    caption = (
        "Time from `triage ticket --json` with the shop's own passages; memory from a process that has served 40 "
        f"tickets with {report.passages:,} passages. Neither has loaded what the plain encoding needs."
    )
    return Table("Fresh process", caption, ("", ""), rows)


def _mib(value: float | None) -> str:
    return "unknown" if value is None else f"{value:,.0f} MiB"


def _notes(report: LatencyReport) -> list[str]:
    return [
        "Every ticket names one order of the customer who asks; each run made exactly one order look-up, or the "
        "benchmark would have failed.",
        f"The index holds {report.passages:,} passages in {report.rows:,} rows: the shop's own ones, and made ones "
        "whose vectors are mixed from pairs of real vectors with noise.",
        "The standard mix has four lengths in equal parts, so its p50 lies in the gap between tickets of about 200 and "
        "about 500 characters; the lines by length are the steadier figures.",
        "Both took each ticket twice, all four runs one after the other in a random order, with a pause of "
        f"{PAUSE_S * 1000:.0f} ms before each: idle threads of one library keep cores from the other for about 20 ms.",
        "Where others keep cores busy, a plain encoding with several threads suffers more than a ticket, because its "
        "threads wait for each other at every layer: a good ratio from a busy machine says nothing.",
        "The plain encoding reads what fits into the encoder's window; the agent reads up to three windows.",
        "Intervals of order statistics take the runs as independent, which those of one repetition are only nearly.",
    ]
