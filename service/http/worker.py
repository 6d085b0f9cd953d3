"""One worker of the server: made by uvicorn, in a process of its own where there are several."""

import multiprocessing
import sys

from fastapi import FastAPI

from agent.assemble import assemble
from agent.settings import Settings
from knowledge.errors import PartUnavailable
from service.http.app import create_app
from service.http.parts import Parts, open_parts
from service.http.server import CANT_START, drain_when_told, end_with_supervisor
from service.logs import log_to_stderr
from service.settings import ServiceSettings
from service.store.errors import BadUrlError, SchemaError, StoreUnavailable
from tools.shop import ShopUnavailable

# Seconds after which a thread that computes lets the event loop go on. With Python's 5 ms, and a dozen threads that
# read, look up and write, a refusal would wait for 50 ms and more (`python -m evals bench load`).
SWITCH_INTERVAL = 0.0005
FORESEEN = (PartUnavailable, ShopUnavailable, BadUrlError, SchemaError, StoreUnavailable)


def create() -> FastAPI:
    """Return the application with its parts, as the environment says."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    log_to_stderr()
    end_with_supervisor()
    try:
        return create_app(_parts(), drain_when_told)
    except FORESEEN as problem:
        if multiprocessing.parent_process() is None:  # the command line says it
            raise
        print(problem, file=sys.stderr)
        sys.exit(CANT_START)


def _parts() -> Parts:
    settings, own = Settings(), ServiceSettings()
    return open_parts(assemble(settings), own.url(settings), own)
