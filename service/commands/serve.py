"""`triage serve`: the HTTP door."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

HOST = "127.0.0.1"
DRAINS_IN = 8  # seconds that requests in progress have when the service ends
KEYS = Path("demo") / "keys.json"  # under TRIAGE_VAR
FAILED = 1


def serve(
    demo: Annotated[bool, typer.Option("--demo", help="Make demo keys, one for each role.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = HOST,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes.")] = 1,
    release: Annotated[str | None, typer.Option(help="A release's id or kind.")] = None,
) -> None:
    """Serve over HTTP. Without --demo there has to be a key: `triage keys create`."""
    from agent.models.choose import require_server
    from agent.release import load_release
    from agent.settings import ServerSettings, Settings
    from service.clock import utc_now
    from service.database import opened_database
    from service.demo_keys import ensure_demo_keys
    from service.http.server import encoder_threads, run
    from service.store.keys import any_key
    from service.store.signing import ensure_signing_secret

    if release is not None:
        os.environ["TRIAGE_RELEASE"] = release  # read by each worker
    settings = Settings()
    require_server(load_release(settings.release), ServerSettings())
    var = settings.var
    with opened_database(whole=True) as store:
        store.write_now(lambda session: ensure_signing_secret(session, utc_now()))
        if demo:
            os.environ["TRIAGE_DEMO"] = "true"  # read by each worker
            ensure_demo_keys(store, var / KEYS, utc_now())
            typer.echo(f"Demo keys, one for each role: {var / KEYS}", err=True)
        elif not store.read_now(any_key):
            typer.echo("There is no key yet. Make one with `triage keys create service NAME`.", err=True)
            raise typer.Exit(FAILED)
    os.environ.setdefault("TRIAGE_THREADS", str(encoder_threads(workers)))  # read by each worker
    with _shared_figures(workers):
        run(host, port, workers, DRAINS_IN, lambda address: _say(address, var / KEYS if demo else None))


@contextmanager
def _shared_figures(workers: int) -> Iterator[None]:
    """Give several workers a folder in which they share their figures; it is gone when they are."""
    from service.http.metrics import WORKERS_FOLDER

    if workers == 1 or WORKERS_FOLDER in os.environ:
        yield
        return
    with TemporaryDirectory(prefix="triage-metrics-") as folder:
        os.environ[WORKERS_FOLDER] = folder
        yield


def _say(address: str, keys: Path | None) -> None:
    """Print the addresses to standard output at once: whoever waits for the service reads them through a pipe."""
    typer.echo(f"Serving on {address}")
    typer.echo(f"  POST {address}/v1/triage   POST {address}/v1/chat   {address}/openapi.json   {address}/readyz")
    typer.echo(f"  Pages: {address}/   {address}/desk   {address}/ops")
    if keys is not None:
        typer.echo(
            f"""  curl -s {address}/v1/chat -H "Authorization: Bearer $(python3 -c """
            f"""'import json; print(json.load(open("{keys}"))["service"])')" """
            """-H 'Content-Type: application/json' -d '{"message": "I want my money back", "customer_id": "C-1001"}'"""
        )
    sys.stdout.flush()
