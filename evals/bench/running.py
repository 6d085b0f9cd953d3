"""Opens the parts of each benchmark and runs it. Heavy parts are imported when a benchmark runs, not before."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evals.bench.batch.cluster_report import ClusterReport
    from evals.bench.batch.report import BatchReport
    from evals.bench.batch.rows_report import RowsReport
    from evals.bench.cascade.report import CascadeReport
    from evals.bench.growth_report import GrowthReport
    from evals.bench.latency_report import LatencyReport
    from evals.bench.load.batching_report import BatchingReport
    from evals.bench.load.report import LoadReport
    from evals.bench.models.report import ModelsReport


def run_models(quick: bool, delay_ms: int) -> "ModelsReport":
    """Put the parts together and measure; raises what their opening raises."""
    from evals.bench.models.measure import QUICK, ModelsPlan, measure_models
    from evals.bench.parts import opened_parts

    with opened_parts() as parts:
        return measure_models(parts, QUICK if quick else ModelsPlan(), delay_ms)


def run_batch(quick: bool) -> "BatchReport":
    """Put the parts together and measure; raises what their opening raises."""
    from evals.bench.batch.measure import QUICK, BatchPlan, measure_batch
    from evals.bench.parts import opened_parts

    with opened_parts() as parts:
        return measure_batch(parts, QUICK if quick else BatchPlan())


def run_cascade(quick: bool) -> "CascadeReport":
    """Put the parts together and study; raises what their opening raises."""
    from agent.assemble import assemble
    from agent.settings import Settings
    from evals.bench.cascade.study import study
    from evals.datasets import load_labelled

    agent = assemble(Settings(release="embedded"))
    try:
        return study(agent, load_labelled(), draws=5 if quick else 40)
    finally:
        agent.close()


def run_latency(quick: bool) -> "LatencyReport":
    """Put the parts together and measure; raises what their opening raises."""
    from evals.bench.latency import QUICK, LatencyPlan, measure_latency
    from evals.bench.parts import opened_parts, opened_peer

    with opened_parts() as parts:
        peer = opened_peer(parts)
        return measure_latency(parts.agent, peer, parts.libraries, QUICK if quick else LatencyPlan(), parts.progress)


def run_growth(quick: bool) -> "GrowthReport":
    """Put the parts together and measure; raises what their opening raises."""
    from evals.bench.growth import QUICK, GrowthPlan, measure_growth
    from evals.bench.parts import opened_parts

    with opened_parts() as parts:
        plan = QUICK if quick else GrowthPlan()
        return measure_growth(parts.agent, parts.threads, parts.libraries, plan, parts.progress)


def run_load(quick: bool, workers: int) -> "LoadReport":
    """Start a server and measure; raises what its opening raises."""
    from evals.bench.load.measure import QUICK, LoadPlan, measure_load
    from evals.bench.parts import opened_parts

    with opened_parts() as parts:
        return measure_load(parts, workers, QUICK if quick else LoadPlan())


def run_batching(quick: bool) -> "BatchingReport":
    """Put the parts together and measure; raises what their opening raises."""
    from evals.bench.load.batching import QUICK, BatchingPlan, measure_batching
    from evals.bench.parts import opened_parts

    with opened_parts() as parts:
        return measure_batching(parts, QUICK if quick else BatchingPlan())


def run_rows(rows: int) -> "RowsReport":
    """Put the parts together and measure; raises what their opening raises."""
    from evals.bench.batch.rows import measure_rows
    from evals.bench.parts import opened_parts

    with opened_parts() as parts:
        return measure_rows(parts, rows)


def run_cluster(quick: bool) -> "ClusterReport":
    """Put the parts together and measure; raises what their opening raises, and EngineRefusedError."""
    from evals.bench.batch.cluster import QUICK, ClusterPlan, measure_cluster
    from evals.bench.parts import opened_parts

    with opened_parts() as parts:
        return measure_cluster(parts, QUICK if quick else ClusterPlan())
