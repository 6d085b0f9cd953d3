"""Collector, Prometheus and Grafana fit together, and the dashboard asks only for what the service prints."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import generate_latest

from service.http.gate import Gate
from service.http.metrics import Metrics
from tests.containers.composed import rendered, services
from tests.containers.figures import dashboard, expressions, printed_names, queried_names

TAKES_FIGURES = "--web.enable-remote-write-receiver"


def read_yaml(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def test_the_dashboard_asks_for_figures_that_there_are(root: Path) -> None:
    printed = printed_names(generate_latest(Metrics(Gate(1)).registry).decode())
    for expression in expressions(dashboard(root)):
        assert queried_names(expression), expression
        assert queried_names(expression) <= printed, expression


def test_a_figure_that_is_not_there_is_noticed() -> None:
    assert queried_names("sum(rate(triage_invented_total[5m])) / sum(triage_in_progress)") == {
        "triage_invented_total",
        "triage_in_progress",
    }


def test_an_expression_that_is_none_is_noticed() -> None:
    with pytest.raises(ValueError, match="parenthesis"):
        queried_names("sum(rate(triage_decisions_total[5m])")


def test_each_panel_is_named_once_and_asks_the_provisioned_source(root: Path) -> None:
    source = read_yaml(root / "containers/grafana/provisioning/datasources/prometheus.yaml")["datasources"][0]
    panels = dashboard(root)["panels"]
    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels}) == len(panels)
    asked = [panel["datasource"] for panel in panels] + [one["datasource"] for p in panels for one in p["targets"]]
    assert all(one == {"type": source["type"], "uid": source["uid"]} for one in asked)


def test_figures_go_from_the_service_through_the_collector_to_grafana(root: Path) -> None:
    known, stated = services(root), rendered(root)["services"]
    collector = read_yaml(root / "containers/collector.yaml")
    job = collector["receivers"]["prometheus"]["config"]["scrape_configs"][0]
    command = known["triage"].command
    assert job["static_configs"] == [{"targets": [f"triage:{command[command.index('--port') + 1]}"]}]
    assert job.get("metrics_path", "/metrics") == "/metrics"
    assert TAKES_FIGURES in known["prometheus"].command
    sent = collector["exporters"]["prometheusremotewrite"]
    assert sent["endpoint"].startswith("http://prometheus:9090/")
    assert sent["add_metric_suffixes"] is False
    for pipeline in collector["service"]["pipelines"].values():
        for part in ("receivers", "processors", "exporters"):
            assert set(pipeline[part]) <= set(collector[part])
    source = read_yaml(root / "containers/grafana/provisioning/datasources/prometheus.yaml")["datasources"][0]
    assert source["url"] == "http://prometheus:9090"
    folder = read_yaml(root / "containers/grafana/provisioning/dashboards/support-triage.yaml")["providers"][0]
    assert folder["options"]["path"] in [mount["target"] for mount in stated["grafana"]["volumes"]]


def test_no_spans_leave(root: Path) -> None:
    assert set(read_yaml(root / "containers/collector.yaml")["service"]["pipelines"]) == {"metrics"}
