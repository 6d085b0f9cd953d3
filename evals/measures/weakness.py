"""Which measures hardly tell the agent from a trivial one: what they say of the agent is worth little."""

from collections.abc import Iterable, Mapping

from evals.result import Comparison
from evals.statistics.estimate import Estimate

NEAR = 0.05


def weak_measures(own: Mapping[str, Estimate], others: Iterable[Comparison]) -> tuple[str, ...]:
    """Return, for each measure on which a trivial agent comes within 0.05 of the agent, its name and that agent's."""
    weak = []
    for name, estimate in own.items():
        rivals = [
            (scored.value, other.name)
            for other in others
            if other.trivial and (scored := other.measures.get(name)) and scored.value is not None
        ]
        if estimate.value is not None and rivals and max(rivals)[0] >= estimate.value - NEAR:
            weak.append(f"{name}: {max(rivals)[1]} reaches {max(rivals)[0]:.3f}")
    return tuple(weak)
