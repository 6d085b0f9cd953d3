"""The figures of some time: what the charts show adds up to what is said of the whole."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.store.hours import HOUR, Begun, hour_of
from service.store.spread import spread
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
    assert len({row[0] for row in volume.rows}) == len(volume.rows)
    if 0 in ago:
        assert counts[-1] >= 1


@given(st.dictionaries(st.integers(0, 24), st.dictionaries(st.sampled_from("abcd"), st.integers(1, 9)), max_size=9))
def test_each_name_has_its_course(by_hour: dict[int, dict[str, int]]) -> None:
    found = [Begun(hour_of(NOW) - HOUR * at, Sums(by_category=counts)) for at, counts in by_hour.items()]
    categories = next(one for one in figures(found, 24, NOW).trends if one.title == "Categories")
    totals = {name: sum(counts.get(name, 0) for counts in by_hour.values()) for name in "abcd"}
    assert {one.name: int(one.figures[0]) for one in categories.trends} == {n: c for n, c in totals.items() if c}
    for at, trend in enumerate(categories.trends, start=1):
        assert sum(int(row[at]) for row in categories.rows) == int(trend.figures[0])
        assert len(trend.bars) == sum(trend.name in counts for counts in by_hour.values())


def test_steps_stand_in_their_order_with_their_percentiles() -> None:
    ms = {"whole": spread([10.0] * 99 + [100.0]), "check": spread([1.0]), "screen": spread([2.0])}
    times = figures([Begun(hour_of(NOW), Sums(decisions=100, ms=ms))], 24, NOW).trends[0]
    assert [one.name for one in times.trends] == [
        "Read what was written",
        "Checked the reply",
        "From ticket to decision",
    ]
    p50, p95, p99 = (float(figure) for figure in times.trends[-1].figures)
    assert p50 == p95 == p99 == pytest.approx(10.0, rel=0.03)
    assert times.rows[-1] == ("Nov 25 12:00", *(" / ".join(one.figures) for one in times.trends))


def test_shares_are_of_what_was_decided() -> None:
    shown = figures([hour(hour_of(NOW), 4, unsure=1)], 24, NOW)
    assert (shown.total.escalated, shown.total.in_doubt) == (1.0, 0.25)
    assert shown.charts[1].rows[-1] == ("Nov 25 12:00", "100.0", "25.0")
    assert shown.charts[1].rows[0] == ("Nov 24 12:00", "-", "-")
    assert figures([], 24, NOW).total.escalated is None


@pytest.mark.parametrize(("cost", "charts"), [(0.0, 3), (0.5, 4)])
def test_cost_is_drawn_where_there_is_any(cost: float, charts: int) -> None:
    assert len(figures([hour(NOW - timedelta(hours=1), 1, cost_usd=cost)], 24, NOW).charts) == charts
