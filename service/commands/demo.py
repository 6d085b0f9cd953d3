"""`triage demo`: the main job on a sample inbox."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from agent.assemble import Agent
    from agent.decision import Decision
    from agent.ticket import Ticket

LONGEST_EXCERPT = 120  # characters of a ticket in the table
NEEDED = "a text, and ids that are strings"
INBOX = Path(__file__).parent.parent / "demo_inbox.jsonl"


def demo(
    inbox: Annotated[
        Path,
        typer.Option(help="JSONL with text, and optionally customer_id and order_id.", exists=True, dir_okay=False),
    ] = INBOX,
    release: Annotated[str | None, typer.Option(help="A release's id or kind.")] = None,
) -> None:
    """Triage a sample inbox and show what was decided."""
    from agent.assemble import assemble
    from agent.settings import Settings

    settings = Settings() if release is None else Settings(release=release)
    tickets = tickets_of(inbox)
    agent = assemble(settings)
    try:
        decisions = asyncio.run(_run_all(agent, tickets))
    finally:
        agent.close()
    target = settings.var / "demo" / "decisions.jsonl"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("".join(decision.model_dump_json() + "\n" for decision in decisions), encoding="utf-8")
    _show(tickets, decisions)
    typer.echo(f"\nEvery Decision is a line of {target}. What to try next:", err=True)
    typer.echo('  .venv/bin/triage ticket "Where is my order A-10234?" --customer C-1001', err=True)
    typer.echo("  .venv/bin/triage shop    # customers and orders for tickets of your own", err=True)
    typer.echo("  .venv/bin/triage ticket --help", err=True)


def tickets_of(inbox: Path) -> "list[Ticket]":
    """Return the tickets of an inbox; raises BadLineError."""
    from agent.ticket import EmptyTicketError, Ticket
    from service.lines import BadLineError, objects

    tickets = []
    with inbox.open("rb") as lines:
        for number, row in objects(lines, NEEDED):
            text, id, customer, order = (row.get(name) for name in ("text", "id", "customer_id", "order_id"))
            if not isinstance(text, str) or not all(isinstance(value, str | None) for value in (id, customer, order)):
                raise BadLineError(number, NEEDED)
            try:
                ticket = Ticket.of(text, ticket_id=id, customer_id=customer, order_id=order, channel="demo")
                tickets.append(ticket)
            except EmptyTicketError as problem:
                raise BadLineError(number, NEEDED) from problem
    return tickets


async def _run_all(agent: "Agent", tickets: "list[Ticket]") -> "list[Decision]":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("triaging"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        return [(await agent.run(ticket))[0] for ticket in progress.track(tickets)]


def _show(tickets: "list[Ticket]", decisions: "list[Decision]") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=f"{len(decisions)} tickets with {decisions[0].release}" if decisions else None, expand=True)
    table.add_column("ticket", no_wrap=True, overflow="ellipsis", min_width=20, ratio=1)
    for heading in ("category", "conf.", "priority", "next action", "order", "ms"):
        table.add_column(heading, justify="right" if heading in ("conf.", "ms") else "left", no_wrap=True)
    for ticket, decision in zip(tickets, decisions, strict=True):
        words = " ".join(ticket.text.split())
        table.add_row(
            Text(words[:LONGEST_EXCERPT]),
            decision.category,
            f"{decision.confidence:.2f}",
            decision.priority,
            decision.next_action,
            decision.order.order_id if decision.order else "",
            f"{decision.latency_ms:.0f}",
        )
    console = Console()
    Console(width=None if sys.stdout.isatty() else max(console.width, 118)).print(table)
