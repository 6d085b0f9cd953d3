"""The benchmark of the batch job in words and tables."""

from evals.bench.batch.report import CLASSIFY, ENCODER, RAY, BatchReport, Rates
from evals.bench.sheet import Sheet, Table, busy_note, cell, environment_table, targets_table

WITH_RAY = "Ray was started before its turn each time, and its actors, one a core, within it, as Ray has it."
WITHOUT_RAY = "Ray is not installed (pip install 'support-triage[ray]'), so it was not measured."


def batch_sheet(report: BatchReport) -> Sheet:
    """Return the report in words and tables."""
    first = report.rates[0]
    return Sheet(
        title="The batch job",
        lead=(
            f"Classifying {first.tickets} it gets through {cell(first.rate(CLASSIFY), 0)} a second, "
            f"{cell(first.ratio(CLASSIFY, ENCODER))} of what the encoder alone can do."
            f"{busy_note(report.cores_of_others)}"
        ),
        tables=[
            targets_table(report.targets),
            *(_table(one) for one in report.rates),
            environment_table(report.environment, report.cores_of_others),
        ],
        notes=[
            "All ways took the same tickets in turn, in a random order. The batch's rows are read from a file, written "
            "to one and kept; its workers were there already, one a core. The encoder alone has all cores as threads.",
            WITH_RAY if RAY in first.rates else WITHOUT_RAY,
            f"sentence-transformers takes {report.best_batch} texts at once, at which it is fastest here.",
        ],
    )


def _table(rates: Rates) -> Table:
    rows = [(way, cell(rates.rate(way), 1), cell(rates.ratio(way, ENCODER))) for way in rates.rates]
    n = len(next(iter(rates.rates.values())))
    caption = f"{rates.characters:.0f} characters on average; n = {n} repetitions, brackets hold the 95 % interval."
    return Table(f"Tickets a second: {rates.tickets}", caption, ("way", "a second", f"of {ENCODER}"), rows)
