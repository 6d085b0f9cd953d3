"""Figures for Prometheus. Labels are of closed sets: routes, methods, statuses, categories, actions."""

import os
import time
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.decision import Decision
from service.http.gate import Gate

WORKERS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # set where several workers share their figures
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0)
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


class Metrics:
    """The figures of one application."""

    def __init__(self, gate: Gate) -> None:
        self.registry = CollectorRegistry()
        kept = self.registry
        self.requests = Counter("triage_requests", "Requests answered.", ["method", "route", "status"], registry=kept)
        self.seconds = Histogram(
            "triage_request_seconds", "From request to answer.", ["route"], buckets=SECONDS, registry=kept
        )
        self.decisions = Counter(
            "triage_decisions", "Decisions kept.", ["category", "next_action", "release"], registry=kept
        )
        self.run_seconds = Histogram("triage_run_seconds", "Of one run.", ["release"], buckets=SECONDS, registry=kept)
        progress = Gauge("triage_in_progress", "Requests in progress.", multiprocess_mode="livesum", registry=kept)
        gate.watch = progress.set

    def decided(self, decision: Decision) -> None:
        """Count a Decision that was kept."""
        self.decisions.labels(decision.category, decision.next_action.value, decision.release).inc()
        self.run_seconds.labels(decision.release).observe(decision.latency_ms / 1000)

    def exposition(self) -> bytes:
        """Return all figures as text, of all workers where they share them."""
        if WORKERS_FOLDER not in os.environ:
            return generate_latest(self.registry)
        forget_the_dead(Path(os.environ[WORKERS_FOLDER]))
        shared = CollectorRegistry()
        multiprocess.MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
        return generate_latest(shared)


def forget_the_dead(folder: Path) -> None:
    """Remove what workers that were killed had in progress; what they counted stays."""
    for file in folder.glob("gauge_live*_*.db"):
        process = int(file.stem.rpartition("_")[2])
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            multiprocess.mark_process_dead(process, str(folder))  # type: ignore[no-untyped-call]


class MetricsMiddleware:
    """Counts and times every request, refused ones too."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through and note what became of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            method = scope["method"] if scope["method"] in METHODS else "other"
            route = getattr(scope.get("route"), "path", "none")
            self.metrics.requests.labels(method, route, status).inc()
            self.metrics.seconds.labels(route).observe(time.perf_counter() - started)
