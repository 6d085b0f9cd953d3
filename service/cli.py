"""`triage`: the terminal door. Data goes to standard output, talk to standard error; exit 0, 1 failed, 2 wrong use."""

import sys

import typer

from agent.arithmetic import one_thread
from agent.quiet import quiet
from service.commands.batch import batch
from service.commands.classify import classify
from service.commands.demo import demo
from service.commands.doctor import doctor
from service.commands.keys import app as keys
from service.commands.migrate import migrate
from service.commands.serve import serve
from service.commands.shop import shop
from service.commands.ticket import ticket
from service.commands.traces import app as traces

FAILED, WRONG_USE = 1, 2

app = typer.Typer(
    name="triage",
    help="A support desk's first reader: a ticket goes in, a Decision comes out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (ticket, demo, shop, classify, batch, serve, migrate, doctor):
    # A ticket may begin with a dash ("-5 EUR was charged"); what is a mistyped option is refused by `ticket` itself.
    app.command(context_settings={"ignore_unknown_options": command is ticket})(command)
app.add_typer(keys, name="keys")
app.add_typer(traces, name="traces")


def main() -> None:
    """Run the command line; every foreseen problem is one clear line, never a traceback."""
    quiet()
    one_thread()

    from pydantic import ValidationError

    # What a terminal's encoding can't show is escaped rather than raised.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(FAILED)
    except ValidationError as problem:
        if problem.title not in {"Settings", "IndexSettings", "ServerSettings", "ServiceSettings"}:
            raise
        _stop(f"A setting is wrong: {problem.errors()[0]['loc'][0]}: {problem.errors()[0]['msg']}", WRONG_USE)
    except Exception as problem:
        _stop(*_said(problem))


def _said(problem: Exception) -> tuple[str, int]:
    """Return the line and the exit code of a foreseen problem; raises one that is not."""
    import sqlite3

    from agent.release import UnknownReleaseError
    from agent.ticket import EmptyTicketError
    from knowledge.errors import PartUnavailable, file_problem
    from service.batch.engine_name import EngineRefusedError
    from service.batch.files.formats import UnknownFormatError
    from service.batch.output_place import OutputRefusedError
    from service.batch.records import BadInputError
    from service.batch.worker_failed import WorkerFailed
    from service.lines import BadLineError
    from service.store.errors import BadUrlError, SchemaError, StoreUnavailable
    from tools.shop import ShopUnavailable

    refused = UnknownFormatError | OutputRefusedError | EngineRefusedError
    if isinstance(problem, EmptyTicketError | UnknownReleaseError | BadUrlError | refused):
        return str(problem), WRONG_USE
    if isinstance(problem, BadLineError | BadInputError | SchemaError | StoreUnavailable | WorkerFailed):
        return str(problem), FAILED
    if isinstance(problem, PartUnavailable | ShopUnavailable):
        return f"{problem} `triage doctor` checks all parts.", FAILED
    if isinstance(problem, OSError):
        return file_problem(problem), FAILED
    if isinstance(problem, sqlite3.Error):  # of a batch's state; the store and the shop tell theirs
        return f"The state of the batch can't be kept: {problem}.", FAILED
    raise problem


def _stop(message: str, code: int) -> None:
    typer.echo(message, err=True)
    sys.exit(code)
