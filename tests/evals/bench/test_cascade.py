"""The study of the cascade: teachers as right as they are told to be, and curves that begin and end where they must."""

import numpy as np
import pytest

from agent.assemble import Agent
from evals.bench.cascade.report import CascadeReport
from evals.bench.cascade.sheet import cascade_figures, cascade_sheet
from evals.bench.cascade.study import ACCURACIES, ERRS, SHARES, asked_of, study
from evals.bench.cascade.teacher import Errs, Teacher
from evals.datasets import load_labelled

pytestmark = pytest.mark.slow
TICKETS = load_labelled()[::10]


@pytest.fixture(scope="module")
def report(agent: Agent) -> CascadeReport:
    return study(agent, TICKETS, draws=2)


@pytest.mark.parametrize("errs", ERRS)
@pytest.mark.parametrize("accuracy", ACCURACIES)
def test_a_teacher_is_as_right_as_it_is_told_to_be(errs: Errs, accuracy: float) -> None:
    draw = np.random.default_rng(1)
    likely = draw.dirichlet(np.ones(12), size=20_000)
    right = np.zeros_like(likely, dtype=bool)
    right[np.arange(len(right)), draw.integers(0, 12, len(right))] = True
    answers = Teacher(accuracy, errs).answers(likely, right, draw)
    assert right[np.arange(len(right)), answers].mean() == pytest.approx(accuracy, abs=0.01)


def test_a_teacher_that_errs_like_ours_takes_what_is_held_likely() -> None:
    likely = np.tile([0.1, 0.8, 0.1], (1000, 1))
    right = np.tile([True, False, False], (1000, 1))
    answers = Teacher(0.5, "like ours").answers(likely, right, np.random.default_rng(1))
    wrong = answers[answers != 0]
    assert (wrong == 1).mean() > 0.8


def test_the_curves_begin_at_the_embedded_model_and_no_curve_falls_below_it(report: CascadeReport) -> None:
    assert len(report.rows) == len(ACCURACIES) * len(ERRS)
    for row in report.rows:
        assert [point.share for point in row.points] == list(SHARES)
        assert row.points[0].accuracy.value == report.embedded.value
        assert min(point.accuracy.value or 0 for point in row.points) >= (report.embedded.value or 1)


def test_the_embedded_model_is_the_one_that_runs(agent: Agent) -> None:
    asked = asked_of(agent, TICKETS[:5])
    for ticket, likely in zip(TICKETS[:5], asked.likely, strict=True):
        assert likely.sum() == pytest.approx(1)
        assert asked.right[TICKETS.index(ticket)].any()


def test_the_sheet_shows_every_target_and_the_figures_every_teacher(report: CascadeReport) -> None:
    sheet = cascade_sheet(report)
    assert len(sheet.tables[0].rows) == len(report.rows) + 1
    figures = cascade_figures(report)
    assert len(figures) == len(ERRS)
    assert all(f"teacher {accuracy:.2f}" in figure.svg for figure in figures for accuracy in ACCURACIES)
