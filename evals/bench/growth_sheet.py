"""The growth report in words, tables and figures."""

from evals.bench.figures import Curve, curves
from evals.bench.growth_report import MEASURED, RETRIEVAL, GrowthReport
from evals.bench.interleave import WHOLE
from evals.bench.measure import DENSE, LEXICAL
from evals.bench.page import Figure
from evals.bench.sheet import Sheet, Table, busy_note, cell, environment_table, targets_table

NAMES = {WHOLE: "whole ticket", RETRIEVAL: "retrieval", DENSE: DENSE, LEXICAL: LEXICAL}


def growth_sheet(report: GrowthReport) -> Sheet:
    """Return the report in words and tables."""
    first, last = report.sizes[0], report.sizes[-1]
    exponent = report.exponents[WHOLE].all
    return Sheet(
        title="Growth with the number of passages",
        lead=(
            f"From {first.passages:,} to {last.passages:,} passages the time of a whole ticket grows with the exponent "
            f"{cell(exponent, 3)}; 0 is no growth, 1 is in proportion."
            f"{busy_note(report.cores_of_others)}"
        ),
        tables=[
            targets_table(report.targets),
            _exponents(report),
            _times(report),
            _libraries(report),
            environment_table(report.environment, report.cores_of_others),
        ],
        notes=_notes(),
    )


def growth_figures(report: GrowthReport) -> list[Figure]:
    """Return the times and the recall over the number of passages."""
    passages = [float(row.passages) for row in report.sizes]
    times = [
        Curve(NAMES[part], passages, [row.milliseconds[part] for row in report.sizes])
        for part in (WHOLE, RETRIEVAL, DENSE, LEXICAL)
    ]
    caption = f"{_counted(report)} Bars are 95 % intervals."
    found = [Curve("recall@5", passages, [row.recall_at_5 for row in report.sizes])]
    questions = (
        f"Mean over n = {report.sizes[0].recall_at_5.n} tickets; bars are 95 % intervals, the line is the target."
    )
    return [
        Figure("Time by number of passages", caption, curves(times, "passages", "time (ms)", log_y=True)),
        Figure("Recall of the dense index", questions, curves(found, "passages", "recall@5 (share)", line_at=0.95)),
    ]


def _exponents(report: GrowthReport) -> Table:
    rows = [
        (NAMES[part], cell(report.exponents[part].all, 3), cell(report.exponents[part].last_step, 3))
        for part in MEASURED
    ]
    caption = (
        f"Slope of the logarithm of the median time over that of the passages, fitted within each of n = "
        f"{report.repetitions} repetitions, with Student's t interval over them. The last column is the slope between "
        "the two largest sizes: growth is not one power law."
    )
    return Table("Growth exponents", caption, ("", "all sizes", "last step"), rows)


def _times(report: GrowthReport) -> Table:
    rows = [(f"{row.passages:,}", *(cell(row.milliseconds[part]) for part in MEASURED)) for row in report.sizes]
    caption = f"{_counted(report)} The halves were timed alone, right after the ticket."
    return Table("Times", caption, ("passages", *(NAMES[part] for part in MEASURED)), rows)


def _libraries(report: GrowthReport) -> Table:
    rows = [
        (
            f"{row.passages:,}",
            f"{row.rows:,}",
            row.recall_at_5.text(),
            f"{row.open_s:.2f}",
            "built before" if row.build_s is None else f"{row.build_s:.1f}",
        )
        for row in report.sizes
    ]
    caption = "Recall@5 of the dense index as the search asks it, against an exact search over all rows."
    return Table("Libraries", caption, ("passages", "rows", "recall@5", "seconds to open", "seconds to build"), rows)


def _counted(report: GrowthReport) -> str:
    return (
        f"Medians of {report.tickets_a_repetition} tickets within a repetition in milliseconds, over n = "
        f"{report.repetitions} repetitions."
    )


def _notes() -> list[str]:
    return [
        "The tickets are those of the standard mix: a quarter each of about 50, 200, 500 and 1,000 characters, with "
        "one order look-up each. All sizes took each ticket one after the other in a random order.",
        "Up to 267 passages are the shop's own; those beyond are made by code, three rows each instead of seven. Made "
        "passages have vectors mixed from pairs of real vectors with noise: a cloud as dense as the real one, whose "
        "points are not near to what their texts say, so the dense and the lexical half agree less than in real use.",
        "With ten passages often none is good enough, and drafts are shorter: that part of the growth is no search.",
    ]
