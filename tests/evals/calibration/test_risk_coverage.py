"""The curve of risk over coverage and the areas under it."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.calibration.risk_coverage import RiskCoverage, risk_coverage

ANSWERS = st.lists(st.tuples(st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9, 1.0]), st.booleans()), min_size=1, max_size=40)


def test_the_curve_by_hand() -> None:
    found = risk_coverage([0.9, 0.5, 0.7, 0.5], [True, False, False, True])
    assert [(one.confidence, one.coverage, one.risk) for one in found.points] == [
        (0.9, 0.25, 0.0),
        (0.7, 0.5, 0.5),
        (0.5, 1.0, 0.5),
    ]
    # Of the two at 0.5 one is wrong, so the third kept is half wrong: (0 + 1/2 + 1.5/3 + 2/4) / 4.
    assert found.area == pytest.approx(0.375)
    assert found.random_order == 0.5
    assert found.perfect_order == pytest.approx((0 + 0 + 1 / 3 + 2 / 4) / 4)


def test_the_baseline_is_the_mean_over_all_orders() -> None:
    right = [True, False, True, True, False]
    areas = [risk_coverage(order, right).area for order in permutations([0.1, 0.2, 0.3, 0.4, 0.5])]
    found = risk_coverage([0.5] * 5, right)
    assert np.mean(areas) == pytest.approx(found.random_order) == pytest.approx(0.4)
    assert min(areas) == pytest.approx(found.perfect_order)
    assert found.area == pytest.approx(found.random_order)  # no order at all is a random one


@given(ANSWERS)
def test_coverage_rises_to_all_and_the_last_risk_is_that_of_all(rows: list[tuple[float, bool]]) -> None:
    stated, right = [row[0] for row in rows], [row[1] for row in rows]
    found = risk_coverage(stated, right)
    coverages = [one.coverage for one in found.points]
    assert coverages == sorted(set(coverages))
    assert coverages[-1] == 1
    assert found.points[-1].risk == pytest.approx(found.random_order) == pytest.approx(1 - sum(right) / len(right))
    assert found.perfect_order - 1e-12 <= found.area <= 1
    for one in found.points:
        kept = [ok for value, ok in rows if value >= one.confidence]
        assert (one.coverage, one.risk) == pytest.approx((len(kept) / len(rows), 1 - sum(kept) / len(kept)))


@given(ANSWERS, st.randoms(use_true_random=False))
def test_the_order_of_equals_does_not_matter(rows: list[tuple[float, bool]], shuffler: object) -> None:
    shuffled = list(rows)
    shuffler.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = (risk_coverage([row[0] for row in some], [row[1] for row in some]) for some in (rows, shuffled))
    assert one.area == pytest.approx(other.area)
    assert one.points == other.points


def test_without_answers_there_is_no_curve() -> None:
    found = risk_coverage([], [])
    assert (found.points, found.area, found.random_order) == ((), None, None)
    assert RiskCoverage.model_validate_json(found.model_dump_json()) == found
