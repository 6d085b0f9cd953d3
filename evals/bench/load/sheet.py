"""The load report in words and tables."""

from evals.bench.load.report import Level, LoadReport
from evals.bench.sheet import Sheet, Table, cell, environment_table, targets_table


def load_sheet(report: LoadReport) -> Sheet:
    """Return the report in words and tables."""
    workers = "one worker" if report.workers == 1 else f"{report.workers} workers"
    return Sheet(
        title="Load beyond the capacity",
        lead=(
            f"With {workers} the service decides {report.capacity:g} tickets a second, 95 % of them within "
            f"{cell(report.capacity_p95_s, 3)} s, with 16 always in progress."
        ),
        tables=[
            _levels(report.levels),
            targets_table(report.targets),
            environment_table(report.environment, None),
        ],
        notes=[
            "Requests leave at random times, whether earlier ones are answered or not, and their time counts from when "
            "they were due. The sender runs on the same cores as the server, and takes its share of them.",
            "Tickets are those of the standard mix, on SQLite in a folder of its own, with rate limits off.",
            "Capacity is back in the first whole second in which four fifths of it were answered, with 16 in progress.",
        ],
    )


def _levels(levels: list[Level]) -> Table:
    rows = [
        (
            f"{level.times} x",
            f"{level.offered_rate:g}",
            f"{level.accepted_rate:g}",
            f"{level.refused:,}",
            ", ".join(f"{count} x {status or 'broken'}" for status, count in level.other.items()) or "none",
            cell(level.accepted_s["p50"], 3),
            cell(level.accepted_s["p95"], 3),
            cell(level.refused_ms["p50"], 1),
            cell(level.refused_ms["p99"], 1),
            "not seen" if level.back_s is None else f"{level.back_s:g}",
        )
        for level in levels
    ]
    header = ("load", "sent/s", "decided/s", "refused", "other", "p50 s", "p95 s", "refusal p50 ms", "p99 ms", "back s")
    return Table("Levels", "Brackets hold the 95 % interval of order statistics.", header, rows)
