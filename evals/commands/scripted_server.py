"""`python -m evals scripted-server`: a model server by script, to try prompts and an agent's faults against."""

import asyncio
import random
from collections.abc import Callable
from typing import Annotated

import typer


def scripted_server(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 0,
    delay_ms: Annotated[int, typer.Option(min=0, help="Before each answer.")] = 0,
    fault: Annotated[str | None, typer.Option(help="A kind of fault; see --faults.")] = None,
    share: Annotated[float, typer.Option(min=0, max=1, help="Of requests that meet the fault.")] = 1.0,
    faults: Annotated[bool, typer.Option("--faults", help="List the kinds of fault and end.")] = False,
) -> None:
    """Serve OpenAI's protocol on 127.0.0.1 until Ctrl-C, with answers of an honest model, or with faults."""
    from evals.scripted_server.faults import FAULTS
    from evals.scripted_server.minds import Honest
    from evals.scripted_server.server import ScriptedServer

    if faults:
        typer.echo("\n".join(FAULTS))
        return
    if fault is not None and fault not in FAULTS:
        raise typer.BadParameter(f"There is no fault {fault!r}; --faults lists them.")
    draw = random.Random()  # noqa: S311 - which requests fail, not a secret
    mind = Honest(_likeliest())
    server = ScriptedServer(mind, lambda *_: fault if draw.random() < share else None, delay_s=delay_ms / 1000)

    async def serve() -> None:
        async with server.listening(port):
            typer.echo(f"export OPENAI_BASE_URL={server.address}")
            await asyncio.Event().wait()

    try:
        asyncio.run(serve())
    except KeyboardInterrupt:
        raise typer.Exit from None


def _likeliest() -> Callable[[str], str]:
    """Return what finds the label that the embedded model holds likeliest."""
    from agent.assemble import open_classifier
    from agent.release import load_release
    from agent.settings import Settings
    from knowledge.reading import read

    encoder, head = open_classifier(Settings(), load_release("embedded"))

    def label_of(message: str) -> str:
        return head.labels[int(head.label_probabilities(read([message], encoder, head.telling_words))[0].argmax())]

    return label_of
