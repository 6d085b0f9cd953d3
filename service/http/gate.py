"""Bounds the work in progress: beyond it a request is refused at once, never queued without end."""

from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from service.http.problems import document

BUSY, WAIT = "Too much is in progress. Try again.", {"Retry-After": "1"}
UNGATED = frozenset({"/livez", "/readyz", "/metrics"})


def busy() -> Response:
    """Return the refusal for programs."""
    return document(503, BUSY, WAIT)


@dataclass
class Gate:
    """Counts what is in progress in this process; `draining` refuses everything that is new."""

    most: int
    draining: bool = False
    in_progress: int = 0
    refused: int = 0
    watch: Callable[[int], None] = lambda _: None  # told how much is in progress, whenever that changes

    def change(self, by: int) -> None:
        """Count a request in or out."""
        self.in_progress += by
        self.watch(self.in_progress)


@dataclass
class GateMiddleware:
    """Plain ASGI, so that a refusal happens before anything is read."""

    app: ASGIApp
    gate: Gate = field(default_factory=lambda: Gate(64))
    refuse: Callable[[Scope], Response] = lambda _: busy()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer 503."""
        if scope["type"] != "http" or scope["path"] in UNGATED:
            await self.app(scope, receive, send)
            return
        gate = self.gate
        if gate.draining or gate.in_progress >= gate.most:
            gate.refused += 1
            await self.refuse(scope)(scope, receive, send)
            return
        gate.change(1)
        try:
            await self.app(scope, receive, send)
        finally:
            gate.change(-1)
