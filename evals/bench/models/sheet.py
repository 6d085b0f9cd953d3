"""The benchmark of releases with a large model in words and tables."""

from evals.bench.models.report import EMBEDDED, ModelsReport
from evals.bench.sheet import Sheet, Table, busy_note, cell, environment_table, targets_table


def models_sheet(report: ModelsReport) -> Sheet:
    """Return the report in words and tables."""
    rows = [
        (
            name,
            cell(one.whole.p50, 1),
            cell(one.whole.p95, 1),
            cell(one.whole.p99, 1) if one.whole.p99 else "-",
            f"{one.calls:.2f}",
            cell(one.beyond_delay_ms, 1),
        )
        for name, one in report.releases.items()
    ]
    n = report.releases[EMBEDDED].whole.p50.n
    caption = f"Milliseconds of n = {n} whole tickets each; brackets hold 95 % intervals."
    header = ("release", "p50", "p95", "p99", "requests a ticket", "beyond the delay, a request")
    return Sheet(
        title="Whole tickets with a large model",
        lead=(
            f"The server is scripted and waits {report.delay_ms} ms before each answer."
            f"{busy_note(report.cores_of_others)}"
        ),
        tables=[
            targets_table(report.targets),
            Table("Releases", caption, header, rows),
            environment_table(report.environment, report.cores_of_others),
        ],
        notes=[
            "All releases took each ticket one after the other in a random order. The server runs in a process of its "
            "own on the same cores, so that its own work is in the last column.",
            "The tickets name an order and are mostly clear, so the cascade asks for few labels, and for all words.",
        ],
    )
