"""Charts hold every figure, within their frame."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from service.web.charts import HEIGHT, LEAST, LEFT, SMALL_HEIGHT, SMALL_WIDTH, WIDTH, Axis, bars, lines, small_bars

VALUES = st.lists(st.none() | st.floats(min_value=0, max_value=1e9), min_size=1, max_size=60)


@given(VALUES)
def test_bars_stay_within_and_all_figures_stand_in_the_table(values: list[float | None]) -> None:
    labels = [f"l{at}" for at in range(len(values))]
    chart = bars("Some", "things", Axis(labels, labels), values)
    assert len(chart.bars) == sum(value is not None for value in values)
    for bar in chart.bars:
        assert LEFT <= bar.x <= bar.x + bar.width <= WIDTH
        assert bar.y >= 0
        assert bar.height >= 0
        assert bar.y + bar.height <= HEIGHT
    assert [row[0] for row in chart.rows] == labels
    assert [row[1] == "-" for row in chart.rows] == [value is None for value in values]
    assert len(chart.across) <= 6


@given(VALUES)
def test_a_line_is_cut_where_nothing_is_known(values: list[float | None]) -> None:
    labels = [str(at) for at in range(len(values))]
    chart = lines("Some", "things", Axis(labels, labels), [("one", values)])
    (line,) = chart.lines
    assert len(line.dots) == sum(value is not None for value in values)
    for dot in line.dots:
        assert LEFT <= dot.x <= WIDTH
        assert 0 <= dot.y <= HEIGHT
    drawn = [f"{dot.x},{dot.y}" for dot in line.dots]
    pieces = [piece.split() for piece in line.pieces]
    assert all(len(piece) > 1 for piece in pieces)
    assert [point for piece in pieces for point in piece if point not in drawn] == []
    together = sum(one is not None and other is not None for one, other in pairwise(values))
    assert sum(len(piece) - 1 for piece in pieces) == together


@given(VALUES)
def test_small_bars_stay_within(values: list[float | None]) -> None:
    drawn = small_bars([str(at) for at in range(len(values))], values, "things")
    assert len(drawn) == sum(value is not None and value > LEAST for value in values)
    for bar in drawn:
        assert 0 <= bar.x <= bar.x + bar.width <= SMALL_WIDTH + 0.1
        assert 0 <= bar.y <= bar.y + bar.height <= SMALL_HEIGHT + 0.1
    assert not drawn or max(bar.height for bar in drawn) == SMALL_HEIGHT
