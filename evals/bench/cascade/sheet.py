"""The study of the cascade in words, tables and figures."""

from evals.bench.cascade.report import LEAST_KEPT, MOST_ASKED, CascadeReport, Row
from evals.bench.figures import Curve, curves
from evals.bench.page import Figure
from evals.bench.sheet import Sheet, Table, cell, targets_table


def cascade_sheet(report: CascadeReport) -> Sheet:
    """Return the report in words and tables."""
    return Sheet(
        title="The cascade: accuracy against the share of tickets that a large model is asked about",
        lead=(
            f"The embedded model alone is right for {cell(report.embedded, 3)} of n = {report.embedded.n} labelled "
            f"tickets. Release {report.release} asks below a {report.ask_by} of {report.ask_below:g}: about "
            f"{report.release_asks:.1%} of these tickets."
        ),
        tables=[targets_table(report.targets), _table(report, "accuracy"), _table(report, "kept")],
        notes=[
            "A teacher is scripted: it answers as often right as it is told to. Where it errs anywhere, all wrong "
            "labels are alike; where it errs like ours, it takes the wrong label that the embedded model holds likely.",
            f"An answer is weighed against what the embedded model holds likely, with a trust of {report.trust:g} "
            "whatever the teacher's real accuracy is: nobody knows that of a model in use.",
            "The least sure tickets are asked about first. Intervals are over the tickets.",
        ],
    )


def cascade_figures(report: CascadeReport) -> list[Figure]:
    """Return the curves, a figure for each way to err."""
    figures = []
    for errs in dict.fromkeys(row.errs for row in report.rows):
        rows = [row for row in report.rows if row.errs == errs]
        drawn = [_curve(row) for row in rows]
        caption = f"Bars are 95 % intervals over n = {report.embedded.n} tickets; the line is the embedded model alone."
        svg = curves(drawn, "share of tickets asked about", "accuracy", log_x=False, line_at=report.embedded.value)
        figures.append(Figure(f"Teachers that err {errs}", caption, svg))
    return figures


def _curve(row: Row) -> Curve:
    shares = [point.share for point in row.points]
    return Curve(f"teacher {row.accuracy:.2f}", shares, [point.accuracy for point in row.points])


def _table(report: CascadeReport, what: str) -> Table:
    title = {"accuracy": "Accuracy", "kept": "Kept of the teacher's accuracy"}[what]
    header = ("asked", *(f"{row.accuracy:.2f} {row.errs}" for row in report.rows))
    shares = [point.share for point in report.rows[0].points]
    rows = [(f"{share:.0%}", *(cell(getattr(row.at(share), what), 3) for row in report.rows)) for share in shares]
    caption = f"The target is {LEAST_KEPT:g} at {MOST_ASKED:.0%}." if what == "kept" else ""
    return Table(title, caption, header, rows)
