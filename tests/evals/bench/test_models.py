"""The benchmark of releases with a large model: what a request costs is told apart from what the server waits."""

import pytest
from typer.testing import CliRunner

from evals.__main__ import app
from evals.bench.environment import bench_environment
from evals.bench.interleave import WHOLE, Run
from evals.bench.models.report import CALLS, ModelsReport, models_report
from evals.bench.models.sheet import models_sheet
from evals.scripted_server.faults import FAULTS

DELAY_MS, OWN_MS = 100, 7.0
CALLS_OF = {"embedded": 0, "cascade": 1, "llm": 3}


@pytest.fixture(scope="module")
def report(agent) -> ModelsReport:
    runs = [
        Run(repetition, case, name, {WHOLE: 30.0 + calls * (DELAY_MS + OWN_MS), CALLS: float(calls)})
        for repetition in range(7)
        for case in range(20)
        for name, calls in CALLS_OF.items()
    ]
    return models_report(runs, DELAY_MS, 0.0, bench_environment(agent, 1))


@pytest.mark.parametrize("name", ["cascade", "llm"])
def test_a_request_costs_what_it_takes_beyond_the_delay(report: ModelsReport, name: str) -> None:
    one = report.releases[name]
    assert one.calls == CALLS_OF[name]
    assert one.beyond_delay_ms is not None
    assert one.beyond_delay_ms.value == pytest.approx(OWN_MS)


def test_the_sheet_states_the_delay_and_every_release(report: ModelsReport) -> None:
    sheet = models_sheet(report)
    assert f"{DELAY_MS} ms" in sheet.lead
    assert [row[0] for row in sheet.tables[1].rows] == list(CALLS_OF)
    assert all(target.met for target in report.targets)


def test_the_scripted_server_lists_its_faults_and_refuses_others() -> None:
    listed = CliRunner().invoke(app, ["scripted-server", "--faults"])
    assert listed.stdout.split() == list(FAULTS)
    assert CliRunner().invoke(app, ["scripted-server", "--fault", "none-such"]).exit_code == 2
