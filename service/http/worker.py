"""One worker of the server: made by uvicorn, in a process of its own where there are several."""

from fastapi import FastAPI

from agent.assemble import assemble
from agent.settings import Settings
from service.http.app import create_app
from service.http.parts import open_parts
from service.http.server import drain_when_told, end_with_supervisor
from service.logs import log_to_stderr
from service.settings import ServiceSettings


def create() -> FastAPI:
    """Return the application with its parts, as the environment says."""
    log_to_stderr()
    end_with_supervisor()
    settings, own = Settings(), ServiceSettings()
    return create_app(open_parts(assemble(settings), own.url(settings), own), drain_when_told)
