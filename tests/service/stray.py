"""Variables that somebody set for something else, all pointing at one place of this machine that hears every knock."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from agent.quiet import TRACERS


@dataclass
class Knocks:
    """How often somebody has connected, to what."""

    port: int
    heard: int = 0


@contextmanager
def listening() -> Iterator[Knocks]:
    """Listen on this machine; who connects is counted and turned away, whatever it speaks."""
    with socket.create_server(("127.0.0.1", 0)) as ear:
        knocks = Knocks(ear.getsockname()[1])
        thread = threading.Thread(target=_hear, args=(ear, knocks), daemon=True)
        thread.start()
        try:
            yield knocks
        finally:
            ear.shutdown(socket.SHUT_RDWR)  # ends the wait for the next one
            thread.join()


def _hear(ear: socket.socket, knocks: Knocks) -> None:
    while True:
        try:
            caller, _ = ear.accept()
        except OSError:
            return
        knocks.heard += 1
        caller.close()


def stray_variables(port: int) -> Mapping[str, str]:
    """Return what would send tickets there: tracers, exporters, telemetry, proxies for whatever goes elsewhere."""
    address = f"http://127.0.0.1:{port}"
    proxies = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
    addresses = (
        "LANGSMITH_ENDPOINT",
        "LANGCHAIN_ENDPOINT",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "CHROMA_OTEL_COLLECTION_ENDPOINT",
        "HF_ENDPOINT",
        *proxies,
    )
    exporters = ("OTEL_TRACES_EXPORTER", "OTEL_METRICS_EXPORTER", "OTEL_LOGS_EXPORTER")
    return {
        **dict.fromkeys(TRACERS, "true"),
        **dict.fromkeys(addresses, address),
        **dict.fromkeys(exporters, "otlp"),
        "LANGSMITH_API_KEY": "lsv2_stray",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_BSP_SCHEDULE_DELAY": "100",  # milliseconds, so that whatever is to leave leaves before the test ends
        "OTEL_METRIC_EXPORT_INTERVAL": "100",
        "CHROMA_OTEL_SERVICE_NAME": "stray",
        "CHROMA_OTEL_GRANULARITY": "all",
        "ANONYMIZED_TELEMETRY": "True",
        "SENTRY_DSN": f"http://key@127.0.0.1:{port}/1",
        "NO_PROXY": "",
        "no_proxy": "",
    }
