"""`python -m evals prompts`: each prompt of a release alone, against the server that the environment names."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from evals.prompts.judged import Judged


def prompts(
    release: Annotated[str, typer.Argument(help="A release that asks a large model.")] = "llm",
    count: Annotated[int, typer.Option(min=1, help="Cases of each prompt.")] = 60,
    deadline_s: Annotated[float, typer.Option(min=0.1, help="Seconds for one answer.")] = 10.0,
) -> None:
    """Print for each prompt how often it is answered in its schema, how often rightly, and what that takes."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from agent.assemble import assemble
    from agent.settings import ServerSettings, Settings
    from evals.prompts.acts import Prompts, drawn, load_topics
    from evals.released import as_release
    from service.commands.demo import INBOX, tickets_of

    settings = Settings(release="embedded")
    agent = assemble(settings)
    try:
        with TemporaryDirectory() as folder:
            _, chosen = as_release(agent, release, ServerSettings(), Path(folder))
            if chosen.large is None:
                raise typer.BadParameter(f"{release} asks no large model.")
            judged = Prompts(agent, chosen.large, deadline_s)
            labelled, inbox = load_topics(), tickets_of(INBOX)[:count]

            async def all_three() -> None:
                _show(await judged.classify(drawn(labelled, count)))
                _show(await judged.choose_lookups(drawn(judged.naming_an_order(labelled), count)))
                _show(await judged.write_reply(inbox))

            typer.echo(f"{release} with {chosen.model.name}")
            asyncio.run(all_three())
    finally:
        agent.close()


def _show(found: "Judged") -> None:
    failed = ", ".join(f"{kind} {times}" for kind, times in sorted(found.failures.items())) or "none"
    typer.echo(f"{found.prompt:<15} in schema {found.answered.text()}   right {found.right.text()}")
    tokens = f"{found.input_tokens:.0f} tokens in, {found.output_tokens:.0f} out"
    typer.echo(f"{'':<15} {found.seconds:.2f} s, {tokens} a case; failures: {failed}")
