"""`triage ticket`: one ticket from the command line."""

import asyncio
import re
from typing import Annotated

import typer

OPTION = re.compile(r"--?[A-Za-z][\w-]*(=.*)?")


def ticket(
    text: Annotated[str, typer.Argument(help="What the customer wrote.")],
    customer: Annotated[str | None, typer.Option(help="The verified customer, such as C-1001.")] = None,
    order: Annotated[str | None, typer.Option(help="The order that the channel names.")] = None,
    release: Annotated[str | None, typer.Option(help="A release's id or kind.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the Decision and nothing else.")] = False,
) -> None:
    """Triage one ticket and answer in words, or with --json as a Decision."""
    if OPTION.fullmatch(text):
        raise typer.BadParameter(f"There is no option {text.partition('=')[0]}.")

    from agent.ticket import Ticket

    one = Ticket.of(text, customer_id=customer, order_id=order, channel="terminal")

    from agent.assemble import assemble
    from agent.settings import Settings
    from service.words import in_words

    settings = Settings() if release is None else Settings(release=release)
    agent = assemble(settings)
    try:
        decision, _ = asyncio.run(agent.run(one))
    finally:
        agent.close()
    typer.echo(decision.model_dump_json() if json else in_words(decision))
