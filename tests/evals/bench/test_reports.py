"""From planted runs to reports: shapes, exponents, targets, and pages that stand alone."""

import html
import json
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.bench.environment import BenchEnvironment
from evals.bench.fresh import FreshProcess
from evals.bench.growth_report import DENSE, LEXICAL, MEASURED, RETRIEVAL, Exponents, GrowthReport, GrowthRow, exponents
from evals.bench.growth_sheet import growth_figures, growth_sheet
from evals.bench.interleave import WHOLE, Run
from evals.bench.latency_report import (
    AGENT,
    AGENT_AGAIN,
    ENCODE,
    ENCODE_AGAIN,
    LONGEST,
    USUAL,
    Circumstances,
    LatencyReport,
    latency_report,
)
from evals.bench.latency_sheet import latency_figures, latency_sheet
from evals.bench.mix import STANDARD_LENGTHS, MixTicket
from evals.bench.page import Figure, render
from evals.bench.sheet import Sheet, Table, busy_note
from evals.bench.target import at_most
from evals.environment import Environment
from evals.statistics.estimate import Estimate

SIZES = (10, 100, 1000, 10_000)


def estimate(value: float, reach: float = 0.1) -> Estimate:
    return Estimate(value=value, low=value - reach, high=value + reach, n=9, method="planted")


def environment() -> BenchEnvironment:
    machine = Environment(
        commit="abc", dirty=True, python="3.11", libraries={"numpy": "2"}, processor="A & B <fast>", cores=2
    )
    return BenchEnvironment(
        machine=machine, release="r", head="v", replies="v", encoder="e", threads=2, usable_cores=2, load=0.1
    )


def case_of(length: int) -> MixTicket:
    return MixTicket(ticket=None, length=length, order_id="A-10101")  # type: ignore[arg-type]


def planted(lengths: tuple[int, ...], each: int, factor: float) -> list[Run[MixTicket]]:
    """Return runs whose time is the ticket's length, as many times as long for the agent."""
    return [
        Run(repetition, case_of(length), name, {WHOLE: length * scale * (1 + 0.01 * number)})
        for repetition in range(7)
        for length in lengths
        for number in range(each)
        for name, scale in ((AGENT, factor), (AGENT_AGAIN, factor), (ENCODE, 1.0), (ENCODE_AGAIN, 1.0))
    ]


@pytest.fixture(scope="module")
def latency() -> LatencyReport:
    fresh = FreshProcess(seconds=[1.0, 2.0], median=estimate(1.5), resident_mib=400.0, peak_mib=None)
    besides = Circumstances(
        recall_at_5=estimate(0.99, 0.01),
        fresh_process=fresh,
        passages=10_000,
        rows=31_115,
        cores_of_others=1.5,
        environment=environment(),
    )
    return latency_report(planted(STANDARD_LENGTHS, 5, 1.25), planted((20, USUAL, LONGEST), 2, 1.25), besides)


@pytest.fixture(scope="module")
def growth() -> GrowthReport:
    rows = [
        GrowthRow(
            passages=size,
            rows=3 * size,
            recall_at_5=estimate(0.99, 0.01),
            milliseconds={part: estimate(20 + size / 1000) for part in MEASURED},
            open_s=0.1,
            build_s=None,
        )
        for size in SIZES
    ]
    exponent = Exponents(all=estimate(0.05, 0.01), last_step=estimate(0.1, 0.01))
    return GrowthReport(
        quiet=True,
        exponents=dict.fromkeys(MEASURED, exponent),
        targets=[at_most("growth", exponent.all, 0.1)],
        sizes=rows,
        cores_of_others=0.0,
        repetitions=9,
        tickets_a_repetition=40,
        environment=environment(),
    )


def test_the_json_of_latency_states_the_ratio_at_the_top(latency: LatencyReport) -> None:
    data = json.loads(latency.model_dump_json())
    assert data["ratio_to_encode"] == {"p50": pytest.approx(1.25), "p95": pytest.approx(1.25)}
    assert data["noise_floor"]["p50"]["value"] == pytest.approx(1.0)
    assert data["noise_floor_of_encode"]["p95"]["value"] == pytest.approx(1.0)
    assert data["quiet"] is False
    assert set(data["steps"]) >= {"classify", "retrieve", "look_up", "between steps"}
    assert [row["characters"] for row in data["by_length"]] == list(STANDARD_LENGTHS)
    assert data["tickets_a_repetition"] == 20
    assert data["environment"]["machine"]["dirty"] is True
    assert LatencyReport.model_validate_json(latency.model_dump_json()) == latency


def test_each_target_of_latency_is_judged(latency: LatencyReport) -> None:
    p50, p95, long, recall = latency.targets
    assert (p50.met, p95.met, long.met, recall.met) == (False, True, False, True)
    assert long.measured.value == pytest.approx(20.0)


@settings(max_examples=30, deadline=None)
@given(st.floats(-0.5, 1.5))
def test_a_planted_exponent_comes_out(planted_exponent: float) -> None:
    draw = np.random.default_rng(2)
    runs = [
        Run(repetition, case, str(size), {WHOLE: 5 * size**planted_exponent * float(np.exp(draw.normal(0, 0.02)))})
        for repetition in range(9)
        for case in range(12)
        for size in SIZES
    ]
    found = exponents(runs, SIZES, WHOLE)
    assert found.all.value == pytest.approx(planted_exponent, abs=0.01)
    assert found.last_step.value == pytest.approx(planted_exponent, abs=0.02)
    assert (found.all.low or 0) < (found.all.high or 0)


def test_a_growth_that_comes_late_is_seen_in_the_last_step() -> None:
    runs = [
        Run(repetition, case, str(size), {WHOLE: 20 + size / 500})
        for repetition in range(7)
        for case in range(5)
        for size in SIZES
    ]
    found = exponents(runs, SIZES, WHOLE)
    assert (found.last_step.value or 0) > 1.5 * (found.all.value or 0) > 0


@pytest.mark.parametrize("kind", ["latency", "growth"])
def test_a_page_stands_alone_and_names_axes_units_and_numbers(
    kind: str, latency: LatencyReport, growth: GrowthReport
) -> None:
    sheet, figures = (
        (latency_sheet(latency), latency_figures(latency))
        if kind == "latency"
        else (growth_sheet(growth), growth_figures(growth))
    )
    page = render(sheet, figures)
    assert page.count("<svg") == len(figures) == 2
    assert not re.search(r"(?:src|href)=[\"'](?!#)", page)
    assert "<script" not in page
    assert "time (ms)" in page
    assert ("length of the ticket (characters)" if kind == "latency" else "passages") in page
    assert all("n = " in html.unescape(figure.caption) for figure in figures)
    assert "A &amp; B &lt;fast&gt;" in page


def test_text_of_a_page_is_escaped_and_figures_are_not() -> None:
    table = Table("<i>", "<i>", ("<i>",), [("<i>",)])
    page = render(Sheet("<i>", "<i>", [table], ["<i>"]), [Figure("<i>", "<i>", "<svg><g/></svg>")])
    assert "<i>" not in page
    assert "<svg><g/></svg>" in page


def test_a_busy_machine_is_said_first(latency: LatencyReport, growth: GrowthReport) -> None:
    assert "no measurement" in latency_sheet(latency).lead
    assert "no measurement" not in growth_sheet(growth).lead
    assert busy_note(None) == ""


def test_the_halves_of_retrieval_are_reported_apart(growth: GrowthReport) -> None:
    assert {RETRIEVAL, DENSE, LEXICAL} < set(growth.exponents)
