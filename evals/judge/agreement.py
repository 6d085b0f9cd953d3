"""Agreement of two who answer the same questions, beyond what chance gives: Cohen's kappa."""

from collections import Counter
from collections.abc import Sequence

from evals.judge.protocol import Grade
from evals.statistics.estimate import Estimate
from evals.statistics.proportions import wilson

METHOD = "wilson, chance agreement fixed"


def kappa(pairs: Sequence[tuple[Grade, Grade]], unjudged: int = 0) -> Estimate:
    """Return Cohen's kappa of pairs of answers, (p - e) / (1 - e); undefined where both only ever say one same thing.

    The interval is Wilson's of the observed agreement p, with chance agreement e held at its estimate, as in the error
    that Cohen (1960) gives. The usual asymptotic interval shrinks to a point where two agree on everything.
    """
    n = len(pairs)
    firsts, seconds = Counter(first for first, _ in pairs), Counter(second for _, second in pairs)
    chance = sum(firsts[grade] * seconds[grade] for grade in Grade) / n**2 if n else 1.0
    if chance >= 1:
        return Estimate(value=None, low=None, high=None, n=n, unjudged=unjudged, method=METHOD)
    from sklearn.metrics import cohen_kappa_score

    value = float(cohen_kappa_score([str(first) for first, _ in pairs], [str(second) for _, second in pairs]))
    low, high = ((end - chance) / (1 - chance) for end in wilson(sum(a == b for a, b in pairs), n))
    low, high = max(-1.0, min(low, value)), min(1.0, max(high, value))
    return Estimate(value=value, low=low, high=high, n=n, unjudged=unjudged, method=METHOD)
