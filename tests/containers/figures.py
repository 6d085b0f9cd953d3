"""Names of figures: those that /metrics prints, and those that the dashboard's queries ask for."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
from prometheus_client.parser import text_string_to_metric_families

SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}
RATE_INTERVAL = "$__rate_interval"  # which Grafana fills in


def dashboard(root: Path) -> dict[str, Any]:
    """Return Grafana's dashboard."""
    file = root / "containers" / "grafana" / "dashboards" / "support-triage.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def expressions(board: dict[str, Any]) -> list[str]:
    """Return all queries of a dashboard."""
    return [target["expr"] for panel in board["panels"] for target in panel["targets"]]


def printed_names(exposition: str) -> set[str]:
    """Return the names of series of what /metrics says, those too that have no value yet."""
    families = text_string_to_metric_families(exposition)
    return {family.name + suffix for family in families for suffix in SUFFIXES[family.type]}


def queried_names(expression: str) -> set[str]:
    """Return the names of series that a query asks for; raises ValueError for what is no PromQL."""
    parsed = promql_parser.parse(expression.replace(RATE_INTERVAL, "5m"))
    return {selector.name for selector in _selectors(parsed)}


def _selectors(node: Any) -> Iterator[Any]:
    if isinstance(node, promql_parser.VectorSelector):
        yield node
        return
    for name in ("expr", "lhs", "rhs", "vector_selector", "args", "param"):
        part = getattr(node, name, None)
        for one in part if isinstance(part, list) else [part]:
            if one is not None:
                yield from _selectors(one)
