"""Both benchmarks from end to end in their smallest form: ratios with generous bounds, no absolute times."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evals.bench.command import app
from evals.bench.growth import GrowthPlan, measure_growth
from evals.bench.growth_sheet import growth_sheet
from evals.bench.latency import LatencyPlan, measure_latency
from evals.bench.latency_sheet import latency_sheet
from evals.bench.libraries import Libraries
from evals.bench.progress import Progress
from evals.bench.terminal import show
from evals.peers.sentence_transformer import PlainEncode
from evals.statistics.resampling import TooFewError
from knowledge.encoder.weights import minilm_folder


def test_a_plan_that_is_too_small_is_refused_before_anything_is_opened(agent) -> None:
    with pytest.raises(TooFewError, match="p95 of a repetition needs at least 20, there are 4"):
        measure_latency(agent, None, None, LatencyPlan(each=1), None)  # type: ignore[arg-type]
    with pytest.raises(TooFewError, match="repetitions needs at least 7, there are 2"):
        measure_growth(agent, 1, None, GrowthPlan(repetitions=2), None)  # type: ignore[arg-type]
    with pytest.raises(TooFewError, match="exponent needs at least 3, there are 2"):
        measure_growth(agent, 1, None, GrowthPlan(sizes=(10, 100)), None)  # type: ignore[arg-type]


def test_the_commands_name_their_options() -> None:
    for command in ("latency", "growth"):
        done = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"})
        assert done.exit_code == 0
        assert all(option in done.stdout for option in ("--json", "--html", "--quick"))


@pytest.mark.slow
def test_latency_from_end_to_end(agent, var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = LatencyPlan(
        each=5, repetitions=7, curve=(20, 1000, 20_000), each_of_curve=1, passages=1000, starts=1, warm_up=1
    )
    with Progress() as progress, Libraries(var, agent.reader.encoder, progress.say) as libraries:
        peer = PlainEncode(minilm_folder(), 1)
        report = measure_latency(agent, peer, libraries, plan, progress)
    assert 0 < report.ratio_to_encode.p50 < 4
    assert 0 < report.ratio_to_encode.p95 < 6
    assert 0.5 < (report.noise_floor.p50.value or 0) < 2
    assert (report.recall_at_5.value or 0) >= 0.95
    assert (report.steps["classify"].p50.value or 0) > (report.steps["decide"].p50.value or 0)
    assert report.fresh_process.median.value
    assert set(json.loads(report.model_dump_json())["ratio_to_encode"]) == {"p50", "p95"}
    show(latency_sheet(report))
    assert "times as long as the plain encoding" in capsys.readouterr().out


@pytest.mark.slow
def test_growth_from_end_to_end(agent, var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = GrowthPlan(sizes=(10, 100, 1000), each=3, repetitions=7, questions=5)
    with Progress() as progress, Libraries(var, agent.reader.encoder, progress.say) as libraries:
        report = measure_growth(agent, 1, libraries, plan, progress)
        again = libraries.open(100)
    assert (report.exponents["whole"].all.value or 9) < 0.3
    assert all((row.recall_at_5.value or 0) >= 0.95 for row in report.sizes)
    assert [row.passages for row in report.sizes] == [10, 100, 1000]
    assert again.build_s is None
    show(growth_sheet(report))
    assert "0 is no growth" in capsys.readouterr().out
