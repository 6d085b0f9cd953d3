"""`python -m evals`: runs, compares, reports, gates. Exit 0 done, 1 failed or not held, 2 wrong use."""

import sys

import typer

from agent.arithmetic import one_thread
from agent.quiet import quiet
from evals.bench.command import app as bench
from evals.commands.check_data import check_data
from evals.commands.compare import compare
from evals.commands.figures import figures
from evals.commands.gate import gate
from evals.commands.guard import guard
from evals.commands.label import label
from evals.commands.prompts import prompts
from evals.commands.public import public
from evals.commands.report import report
from evals.commands.run import run
from evals.commands.scripted_server import scripted_server
from evals.judge.command import app as judge

FAILED, WRONG_USE = 1, 2

app = typer.Typer(
    name="python -m evals",
    help="How good it is: runs releases over cases, compares, reports, gates.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (run, compare, report, gate, guard, label, prompts, public, figures):
    app.command()(command)
app.command("check-data")(check_data)
app.command("scripted-server")(scripted_server)
app.add_typer(judge, name="judge", help="Judges, and whether they may be believed.")
app.add_typer(bench, name="bench", help="Latency and growth.")


def main() -> None:
    """Run the command line; every foreseen problem is one clear line, never a traceback."""
    quiet()
    one_thread()

    from pydantic import ValidationError

    from agent.release import UnknownReleaseError
    from evals.cases.loading import BadCaseError
    from evals.gate import BadGateError
    from evals.judge.criteria import BadRubricError
    from evals.result import BadResultError
    from knowledge.errors import PartUnavailable, file_problem
    from service.batch.engine_name import EngineRefusedError
    from tools.shop import ShopUnavailable

    # What a terminal's encoding can't show is escaped rather than raised.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except (UnknownReleaseError, BadCaseError, BadResultError, EngineRefusedError) as problem:
        _stop(str(problem), WRONG_USE)
    except ValidationError as problem:
        if problem.title not in {"Settings", "ServerSettings"}:
            raise
        _stop(f"A setting is wrong: {problem.errors()[0]['loc'][0]}: {problem.errors()[0]['msg']}", WRONG_USE)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(FAILED)
    except (BadGateError, BadRubricError, PartUnavailable, ShopUnavailable) as problem:
        _stop(str(problem), FAILED)
    except OSError as problem:
        _stop(file_problem(problem), FAILED)


def _stop(message: str, code: int) -> None:
    typer.echo(message, err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
