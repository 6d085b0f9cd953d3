"""The table of measures: what each says, its interval as a bar, and what trivial agents reach."""

from dataclasses import dataclass

from evals.measures.rates import MEASURES
from evals.report.writing import interval, number, spaced
from evals.result import Comparison, Result
from evals.statistics.estimate import Estimate

# Measures that are no shares of cases, and one whose words there lean on the line before.
SAYS = {
    "no_needless_question": "the customer is not asked where nothing is missing",
    "macro_f1": "F1 of each category, the mean over categories: rare ones weigh as much as frequent ones",
    "mrr": "retrieval: 1 / place of the first right passage, the mean",
    "silent_when_unanswerable": "retrieval: nothing is quoted where no policy answers",
}


@dataclass(frozen=True)
class Bar:
    """Places from 0 to 100 along a small bar; `rival` is the best trivial agent's."""

    low: float
    high: float
    value: float
    rival: float | None


@dataclass(frozen=True)
class MeasureRow:
    """One line of the table; `others` are in the order of `Result.others`, `weak` says why it tells little."""

    name: str
    says: str
    value: str
    interval: str
    bar: Bar | None
    n: int
    unjudged: int
    others: tuple[str, ...]
    weak: str


def measure_rows(result: Result) -> list[MeasureRow]:
    """Return one row a measure, those of retrieval last."""
    weak = {name: why for name, _, why in (one.partition(": ") for one in result.weak_measures)}
    return [
        MeasureRow(
            name=spaced(name),
            says=says(name),
            value=number(estimate.value),
            interval=interval(estimate),
            bar=bar(estimate, _best_trivial(result, name)),
            n=estimate.n,
            unjudged=estimate.unjudged,
            others=tuple(number(_value(other, name)) for other in result.others),
            weak=weak.get(name, ""),
        )
        for name, estimate in (result.measures | result.retrieval).items()
    ]


def says(name: str) -> str:
    """Return what a measure says, in a few words."""
    kind, _, k = name.partition("^" if "^" in name else "@")
    if k and kind == "pass":
        return f"the chance that {k} attempts of a case all succeed" if k != "1" else "an attempt succeeds"
    if k and kind == "recall":
        return f"retrieval: a right passage is {'the first' if k == '1' else f'among the first {k}'}"
    return SAYS.get(name) or next((one.says for one in MEASURES if one.name == name), "")


def bar(estimate: Estimate, rival: float | None = None) -> Bar | None:
    """Return a bar, or None for what is no share."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return None
    if not 0 <= estimate.low <= estimate.high <= 1:
        return None
    low, high, value = (round(100 * one, 2) for one in (estimate.low, estimate.high, estimate.value))
    return Bar(low, high, value, None if rival is None else round(100 * rival, 2))


def _best_trivial(result: Result, name: str) -> float | None:
    values = [_value(other, name) for other in result.others if other.trivial]
    return max((value for value in values if value is not None), default=None)


def _value(other: Comparison, name: str) -> float | None:
    estimate = other.measures.get(name)
    return estimate.value if estimate else None
