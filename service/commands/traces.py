"""`triage traces list|show|export`: what the runs of served tickets did, step by step."""

import json as json_format
from datetime import timedelta
from typing import Annotated

import typer

FAILED = 1
MOST_EXPORTED = 1_000_000

app = typer.Typer(no_args_is_help=True, help="Traces of served tickets.")


@app.command("list")
def list_(most: Annotated[int, typer.Option(min=1, max=10_000, help="So many, the newest first.")] = 20) -> None:
    """List the newest traces: trace, ticket, time, category, next action, milliseconds."""
    from service.database import opened_database
    from service.store.decisions import newest_traces

    with opened_database() as store:
        lines = store.read_now(
            lambda session: [
                f"{trace.trace_id}\t{trace.ticket_id}\t{trace.created_at:%Y-%m-%dT%H:%M:%SZ}\t"
                f"{decision.category}\t{decision.next_action}\t{decision.latency_ms:.0f}"
                for trace, decision in newest_traces(session, most)
            ]
        )
    for line in lines:
        typer.echo(line)


@app.command()
def show(id: Annotated[str, typer.Argument(help="A trace's or a ticket's id.")]) -> None:
    """Print one trace as JSON."""
    from service.database import opened_database
    from service.store.decisions import trace_of

    with opened_database() as store:
        found = store.read_now(lambda session: trace.body if (trace := trace_of(session, id)) else None)
    if found is None:
        typer.echo("There is no trace of this id.", err=True)
        raise typer.Exit(FAILED)
    typer.echo(json_format.dumps(json_format.loads(found), indent=2))


@app.command()
def export(
    hours: Annotated[int | None, typer.Option(min=1, help="Of the last so many hours; all when left out.")] = None,
) -> None:
    """Print traces with their Decisions as JSON lines, the newest first."""
    from service.clock import utc_now
    from service.database import opened_database
    from service.store.decisions import newest_traces

    since = utc_now() - timedelta(hours=hours) if hours is not None else None
    with opened_database() as store:
        lines = store.read_now(
            lambda session: [
                f'{{"decision": {decision.body}, "trace": {trace.body}}}'
                for trace, decision in newest_traces(session, MOST_EXPORTED, since)
            ]
        )
    for line in lines:
        typer.echo(line)
