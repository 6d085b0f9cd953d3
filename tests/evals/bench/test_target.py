"""Targets are met or not, and surely or not."""

from hypothesis import given, settings
from hypothesis import strategies as st

from evals.bench.target import at_least, at_most
from evals.statistics.estimate import Estimate


@settings(deadline=None)
@given(st.floats(0.1, 2), st.floats(0, 1), st.floats(0.1, 2))
def test_a_target_is_sure_exactly_where_its_interval_lies_on_one_side(value: float, reach: float, bound: float) -> None:
    measured = Estimate(value=value, low=value - reach, high=value + reach, n=9, method="planted")
    above, below = at_most("", measured, bound), at_least("", measured, bound)
    assert above.met == (value <= bound)
    assert below.met == (value >= bound)
    assert above.sure == (value + reach <= bound or value - reach > bound)
    assert below.sure == (value - reach >= bound or value + reach < bound)


def test_nothing_measured_misses_every_target() -> None:
    nothing = Estimate(value=None, low=None, high=None, n=0, method="none")
    assert not at_most("", nothing, 1).met
    assert not at_least("", nothing, 1).met
    assert not at_most("", nothing, 1).sure
