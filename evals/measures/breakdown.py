"""The same measures by category, kind and segment: an average can hide a group that is served badly."""

from collections import defaultdict
from collections.abc import Sequence

from evals.measures.rates import MEASURES, Row, rates
from evals.statistics.estimate import Estimate

SHOWN = ("task_completion", "category", "action")


def by_category(rows: Sequence[Row]) -> dict[str, Estimate]:
    """Return for each expected category the share of its cases whose category is right."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.due:
            groups[row.case.expect.category].append(row)
    category = [measure for measure in MEASURES if measure.name == "category"]
    return {name: rates(group, category)["category"] for name, group in sorted(groups.items())}


def by_segment(rows: Sequence[Row], names: Sequence[str] | None = None) -> dict[str, dict[str, Estimate]]:
    """Return the main measures, or those named, for each kind and each segment; a case belongs to several."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        for name in (row.case.kind.value, *row.case.segments()):
            groups[name].append(row)
    shown = [measure for measure in MEASURES if measure.name in (names or SHOWN)]
    return {name: rates(group, shown) for name, group in sorted(groups.items())}
