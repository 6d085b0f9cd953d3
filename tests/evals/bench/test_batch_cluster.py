"""The benchmark of the batch on Ray: what follows from planted figures, and the whole of it in its smallest form."""

import asyncio

import pytest

from agent.assemble import Agent
from evals.bench.batch.cluster import ClusterPlan, measure_cluster
from evals.bench.batch.cluster_report import ClusterReport, Driven, Start, Worked, cluster_sheet
from evals.bench.batch.measure import labelled
from evals.bench.environment import BenchEnvironment, bench_environment
from evals.bench.parts import opened_parts
from evals.bench.terminal import show
from evals.peers.ray_map import RayMap
from service.batch.answers import Depth
from service.batch.engine_name import EngineName

HOUR_S = 3600


@pytest.fixture(scope="module")
def environment(agent: Agent) -> BenchEnvironment:
    return bench_environment(agent, 1)


def planted(environment: BenchEnvironment) -> ClusterReport:
    """Two workers: 200 rows a second on Ray after 36 s, 250 where they are local after 4; 7,200 are written."""
    runs = {
        EngineName.RAY: [Start(first_s=36.0, rate=200.0)] * 2,
        EngineName.LOCAL: [Start(first_s=4.0, rate=250.0)] * 2,
    }
    return ClusterReport(
        worked=[
            Worked(depth=depth, engine=engine, workers=2, runs=runs[engine]) for depth in Depth for engine in EngineName
        ],
        driven=[Driven(depth=depth, planned=36_000.0, written=7_200.0) for depth in Depth],
        cores_of_others=0.0,
        environment=environment,
    )


def test_more_cores_help_until_one_process_can_not_write_faster(environment: BenchEnvironment) -> None:
    report, tickets = planted(environment), 36_000_000
    start_and_plan = 36 / HOUR_S + tickets / 36_000 / HOUR_S
    assert report.hours(Depth.FULL, tickets, 2) == pytest.approx(start_and_plan + tickets / 200 / HOUR_S)
    assert report.hours(Depth.FULL, tickets, 20) == pytest.approx(start_and_plan + tickets / 2_000 / HOUR_S)
    assert report.hours(Depth.FULL, tickets, 256) == pytest.approx(start_and_plan + tickets / 7_200 / HOUR_S)


def test_a_report_compares_engines_with_as_many_workers(
    environment: BenchEnvironment, capsys: pytest.CaptureFixture[str]
) -> None:
    report = planted(environment)
    assert report.against_local(Depth.CLASSIFY).value == pytest.approx(0.8)
    show(cluster_sheet(report))
    assert "Ray classifies 0.80 [0.80, 0.80]" in " ".join(capsys.readouterr().out.split())


@pytest.mark.ray
def test_the_whole_in_its_smallest_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    with opened_parts() as parts:
        report = measure_cluster(parts, ClusterPlan(classified=600, decided=150, driven=600, repetitions=1))
    assert {(one.depth, one.engine) for one in report.worked} == {(one, other) for one in Depth for other in EngineName}
    assert all(run.rate > 0 for one in report.worked for run in one.runs)
    assert all(one.planned > 0 and one.written > 0 for one in report.driven)


@pytest.mark.ray
async def test_the_naive_map_says_what_the_agent_says(agent: Agent) -> None:
    tickets, peer = labelled(12), RayMap(agent.release, 2)
    with peer.running():
        said = peer.decide(tickets)
    assert {one["id"]: one["category"] for one in said} == {
        ticket.ticket_id: decision.category
        for ticket, (decision, _) in zip(tickets, await asyncio.gather(*map(agent.run, tickets)), strict=True)
    }
