"""The batch job's benchmark: figures from planted runs, and the whole of it in its smallest form."""

import subprocess
import sys
import time

import psutil
import pytest

from agent.assemble import Agent
from evals.bench.batch.measure import BatchPlan, measure_batch
from evals.bench.batch.report import (
    CLASSIFY,
    ENCODER,
    FULL,
    LOOP,
    PROCESSES,
    RAY,
    TRANSFORMERS,
    BatchReport,
    Rates,
    batch_report,
)
from evals.bench.batch.rows import measure_rows
from evals.bench.batch.rows_report import Moment, RowsReport, rows_report, rows_sheet
from evals.bench.batch.sheet import batch_sheet
from evals.bench.environment import BenchEnvironment, bench_environment, memory_mib
from evals.bench.family import memory_of_family, work_of_family
from evals.bench.parts import opened_parts
from evals.bench.terminal import show


@pytest.fixture(scope="module")
def environment(agent: Agent) -> BenchEnvironment:
    return bench_environment(agent, 2)


def planted(classify: float, environment: BenchEnvironment) -> BatchReport:
    rates = {CLASSIFY: classify, FULL: 60.0, ENCODER: 100.0, TRANSFORMERS: 50.0, PROCESSES: 60.0, LOOP: 30.0}
    varied = {way: [rate * 0.99, rate, rate * 1.01] for way, rate in rates.items()}
    return batch_report([Rates(tickets="some", characters=100.0, rates=varied)], 32, 0.0, environment)


def test_targets_are_ratios_within_a_repetition(
    environment: BenchEnvironment, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = planted(90.0, environment), planted(60.0, environment)
    assert [target.met for target in good.targets] == [True, True, True]
    assert [target.met for target in bad.targets] == [False, True, False]
    assert good.targets[0].measured.value == pytest.approx(0.9)
    show(batch_sheet(good))
    assert "gets through 90" in capsys.readouterr().out


def moments(slower: float, grown: float, rows: int = 100_000) -> list[Moment]:
    """Return a run of 250 rows a second at first, and memory of 1,000 MiB at first."""
    found, seconds = [], 0.0
    for at in range(250, rows + 1, 250):
        seconds += 1 + slower * at / rows
        found.append(Moment(rows=at, seconds=seconds, mib=1000 * (1 + grown * at / rows) if at % 1000 == 0 else None))
    return found


@pytest.mark.parametrize(
    ("slower", "grown", "met"), [(0.0, 0.0, [True, True]), (0.5, 0.0, [False, True]), (0.0, 0.2, [True, False])]
)
def test_what_slows_down_or_grows_is_seen(
    environment: BenchEnvironment, slower: float, grown: float, met: list[bool]
) -> None:
    report = rows_report(moments(slower, grown), 2.0, 0.0, environment)
    assert [target.met for target in report.targets] == [*met, True]
    assert report.exponent == pytest.approx(1.0, abs=0.01) or slower


def test_a_report_says_what_a_million_take(environment: BenchEnvironment, capsys: pytest.CaptureFixture[str]) -> None:
    report = rows_report(moments(0.0, 0.0), 4.5, 0.0, environment)
    assert isinstance(report, RowsReport)
    assert report.targets[-1].measured.value == 5.5  # the workers' start counts
    assert not report.targets[-1].met
    show(rows_sheet(report))
    assert "a million of them take 1.1 hours" in " ".join(capsys.readouterr().out.split())
    shown = [row[0] for row in rows_sheet(report).tables[1].rows]
    assert shown == ["1,000", "2,000", "5,000", "10,000", "20,000", "50,000", "100,000"]


def test_the_family_is_at_least_this_process() -> None:
    own, _ = memory_mib()
    assert own is not None
    assert memory_of_family() >= own * 0.9


def test_what_a_child_does_is_the_family_s_while_it_runs_and_when_it_has_ended() -> None:
    own, before = time.process_time(), work_of_family()
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as child:
        while psutil.Process(child.pid).cpu_times().user < 0.4:  # counted in hundredths, so a little more than is asked
            time.sleep(0.01)
        running = work_of_family() - before
        child.kill()
    ended = work_of_family() - before - (time.process_time() - own)
    assert running >= 0.3
    assert ended >= 0.3


@pytest.mark.slow
def test_the_whole_in_its_smallest_form(capsys: pytest.CaptureFixture[str]) -> None:
    with opened_parts() as parts:
        report = measure_batch(parts, BatchPlan(tickets=40, repetitions=2))
    ways = {CLASSIFY, FULL, ENCODER, TRANSFORMERS, PROCESSES, LOOP}
    assert {way for one in report.rates for way in one.rates} - {RAY} == ways
    assert all(rate > 0 for one in report.rates for rates in one.rates.values() for rate in rates)
    show(batch_sheet(report))
    assert "The batch job" in capsys.readouterr().out


@pytest.mark.slow
def test_many_rows_in_their_smallest_form(capsys: pytest.CaptureFixture[str]) -> None:
    """Too few for the rate of the last tenth, which is left open then; enough for the memory and for a line."""
    with opened_parts() as parts:
        report = measure_rows(parts, 6000)
    rate, memory, first = report.targets
    assert report.rows() == 6000
    assert rate.measured.value is None
    assert memory.met
    assert first.measured.value is not None
    assert first.measured.value > 0
    assert 0.5 < report.exponent < 1.5
    show(rows_sheet(report))
    assert "6,000 different short texts" in capsys.readouterr().out
