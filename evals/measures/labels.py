"""Measures over all categories at once."""

from collections.abc import Sequence

from agent.taxonomy import TAXONOMY
from evals.measures.rates import Row
from evals.statistics.estimate import Estimate
from evals.statistics.resampling import macro_f1

NOTHING = "(no Decision)"


def expected_and_got(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Return for each row the expected category and the one given; one that would also do counts as the expected."""
    pairs = []
    for row in rows:
        if row.due:
            expect = row.case.expect
            got = row.answer.decision.category if row.answer.decision else NOTHING
            pairs.append((expect.category, expect.category if got in expect.also_ok else got))
    return pairs


def macro_f1_of(rows: Sequence[Row]) -> Estimate:
    """Return the mean over categories of F1, each category weighing the same however many tickets it has."""
    pairs = expected_and_got(rows)
    clusters = [row.case.cluster for row in rows if row.due]
    return macro_f1([one for one, _ in pairs], [got for _, got in pairs], list(TAXONOMY), clusters)
