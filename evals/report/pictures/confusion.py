"""Which category is taken for which."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from agent.taxonomy import TAXONOMY
from evals.report.pictures.picture import INK, LINE, Picture, drawn
from evals.report.writing import Table, drawn_name, spaced
from evals.result import CaseResult, Result

NAME, TITLE = "confusion", "Which category is taken for which"
NOTHING = "(no Decision)"
SIZE_IN = (8.2, 5.6)
SHADE = "#005a8f"
# From this share of a row on a cell is so dark that its number is white. The shades leave out a band in which neither
# dark nor white figures would stand out.
DARK_FROM = 0.7
LIGHT, DARK = (0.12, 0.70), (0.80, 1.0)
Counts = Counter[tuple[str, str]]


def confusion(result: Result) -> Picture:
    """Return the matrix of expected against given categories, first attempts only."""
    if result.data.sealed:
        why = (
            "This result is sealed: it keeps no Decision of a single case, so that nobody can learn the answers by "
            "looking at it. The shares by category below are all that is told."
        )
        return Picture(NAME, TITLE, "", missing=why, wide=True)
    counts = counted(result.cases)
    if not counts:
        return Picture(NAME, TITLE, "", missing="No case of this run was due a category.", wide=True)
    names = [*TAXONOMY, *sorted({name for pair in counts for name in pair} - {*TAXONOMY, NOTHING})]
    given = names + [NOTHING] * any(got == NOTHING for _, got in counts)
    wrong = [(pair, count) for pair, count in counts.most_common() if pair[0] != pair[1]]
    label = f"{TITLE}: {counts.total()} cases, {counts.total() - sum(count for _, count in wrong)} on the diagonal."
    if wrong:
        label += " Most often wrong: " + "; ".join(
            f"{spaced(one)} taken for {spaced(other)}, {count}" for (one, other), count in wrong[:3]
        )
    return Picture(
        NAME,
        TITLE,
        "Rows: what was expected. Columns: what was given. Right answers lie on the framed diagonal; look for strongly "
        "coloured cells off it: a row with one is a category that is taken for another, a column with many is one that "
        "draws tickets to itself. The stronger the colour, the greater the share of the row. A category that would "
        "also do counts as the expected one.",
        n=f"{counts.total()} cases",
        svg=drawn(NAME, label, SIZE_IN, lambda figure: _paint(figure, counts, names, given)),
        table=_table(counts, names, given),
        wide=True,
    )


def counted(cases: Sequence[CaseResult]) -> Counts:
    """Return how often each pair of expected and given category occurs among cases that were due a Decision.

    What the check of the category passed counts as the expected one: another may do as well.
    """
    counts: Counts = Counter()
    for case in cases:
        first = case.first
        passed = {check.name: check.passed for check in first.checks}
        refused_rightly = first.decision is None and first.completed
        decided_wrongly = first.decision is not None and passed.get("answered") is False
        if refused_rightly or decided_wrongly:
            continue
        got = first.decision.category if first.decision else NOTHING
        counts[case.category, case.category if passed.get("category") else got] += 1
    return counts


def _paint(figure: Any, counts: Counts, names: Sequence[str], given: Sequence[str]) -> None:
    from matplotlib.patches import Rectangle

    axes = figure.add_subplot()
    rows = Counter({name: sum(counts[name, got] for got in given) for name in names})
    right, low = len(given) - 0.5, len(names) - 0.5
    lines = {"color": LINE, "linewidth": 0.6}
    axes.vlines([place - 0.5 for place in range(len(given) + 1)], -0.5, low, **lines)
    axes.hlines([place - 0.5 for place in range(len(names) + 1)], -0.5, right, **lines)
    for (name, got), count in sorted(counts.items()):
        row, column, share = names.index(name), given.index(got), count / rows[name]
        axes.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=_shade(share), edgecolor="none"))
        colour = "white" if share >= DARK_FROM else INK
        axes.text(column, row, str(count), ha="center", va="center", color=colour)
    for place in range(len(names)):
        corner = (place - 0.5, place - 0.5)
        axes.add_patch(Rectangle(corner, 1, 1, facecolor="none", edgecolor=INK, linewidth=1.2, zorder=3))
    axes.set_xlim(-0.5, right)
    axes.set_ylim(low, -0.5)
    axes.set_xticks(range(len(given)), [drawn_name(name) for name in given], rotation=40, ha="right")
    axes.set_yticks(range(len(names)), [f"{drawn_name(name)}  n={rows[name]}" for name in names])
    axes.tick_params(length=0)
    axes.set_xlabel("given")
    axes.set_ylabel("expected")
    for side in axes.spines.values():
        side.set_visible(False)


def _shade(share: float) -> tuple[str, float]:
    (low, high), along = (
        (DARK, (share - DARK_FROM) / (1 - DARK_FROM)) if share >= DARK_FROM else (LIGHT, share / DARK_FROM)
    )
    return SHADE, round(low + (high - low) * along, 3)


def _table(counts: Counts, names: Sequence[str], given: Sequence[str]) -> Table:
    filled = [name for name in names if any(counts[name, got] for got in given)]
    return Table(
        ("expected", *(spaced(got) for got in given)),
        tuple((spaced(name), *(str(counts[name, got]) for got in given)) for name in filled),
    )
