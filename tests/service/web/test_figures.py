"""The figures of some time: what the charts show adds up to what is said of the whole."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.store.hours import HOUR, Begun, hour_of
from service.store.sums import Sums
from service.web.figures import MOST_POINTS, figures

NOW = datetime(2026, 11, 25, 12, 34, 56, tzinfo=UTC)


def hour(at: datetime, decisions: int, **more: object) -> Begun:
    return Begun(at, Sums(decisions=decisions, by_action={"escalate": decisions}, **more))


@given(st.integers(1, 720), st.lists(st.integers(0, 720), unique=True, max_size=20))
def test_the_charts_hold_every_hour_once(hours: int, ago: list[int]) -> None:
    found = [hour(hour_of(NOW) - HOUR * at, at + 1) for at in ago if at <= hours]
    shown = figures(found, hours, NOW)
    volume = shown.charts[0]
    assert len(volume.bars) <= MOST_POINTS
    counts = [int(row[1].replace(",", "")) for row in volume.rows]
    assert sum(counts) == shown.total.decisions == sum(one.sums.decisions for one in found)
    if 0 in ago:
        assert counts[-1] >= 1


def test_shares_are_of_what_was_decided() -> None:
    shown = figures([hour(hour_of(NOW), 4, unsure=1)], 24, NOW)
    assert (shown.total.escalated, shown.total.in_doubt) == (1.0, 0.25)
    assert shown.charts[1].rows[-1] == ("12:00", "100.0", "25.0")
    assert shown.charts[1].rows[0] == ("12:00", "-", "-")
    assert figures([], 24, NOW).total.escalated is None


@pytest.mark.parametrize(("cost", "charts"), [(0.0, 3), (0.5, 4)])
def test_cost_is_drawn_where_there_is_any(cost: float, charts: int) -> None:
    assert len(figures([hour(NOW - timedelta(hours=1), 1, cost_usd=cost)], 24, NOW).charts) == charts
