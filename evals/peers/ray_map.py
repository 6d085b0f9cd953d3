"""Ray Data as anybody would begin with it: one row after the other through a class that holds the agent."""

import asyncio
import multiprocessing
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

from agent.release import Release
from agent.ticket import Ticket
from service.batch.on_ray.own_process import READS, be_silent
from service.batch.on_ray.surroundings import Surroundings

Rows = list[dict[str, str]]


class RayMap:
    """Maps over rows with an actor a core. Actors start anew with each call, as Ray has it."""

    def __init__(self, release: Release, cores: int) -> None:
        self._release = release
        self._cores = cores
        self._connection: Connection | None = None

    @contextmanager
    def running(self) -> Iterator[None]:
        """Start Ray on this machine, in a process of its own which says nothing, and end it."""
        context = multiprocessing.get_context("spawn")
        self._connection, there = context.Pipe()
        process = context.Process(target=_serve, args=(there, self._release.id, self._cores), name="ray-map")
        process.start()
        there.close()
        try:
            self._connection.recv()
            yield
        finally:
            self._connection.close()
            process.join()

    def decide(self, tickets: Sequence[Ticket]) -> Rows:
        """Return an id and a category for each ticket, in any order; raises EOFError where Ray ended."""
        if self._connection is None:
            raise RuntimeError("Ray runs only within running().")
        self._connection.send(
            [{"id": one.ticket_id, "text": one.text, "customer": one.customer_id or ""} for one in tickets]
        )
        decided: Rows = self._connection.recv()
        return decided


def _serve(parent: Connection, release: str, cores: int) -> None:
    be_silent()
    os.environ.update(READS)
    from service.batch.on_ray.cluster import connected

    with connected(cores):
        parent.send(None)
        while True:
            try:
                rows = parent.recv()
            except EOFError:
                return
            parent.send(_mapped(rows, release, cores))


def _mapped(rows: Rows, release: str, cores: int) -> Rows:
    import ray.data

    decided = ray.data.from_items(rows).map(
        _Deciding, fn_constructor_args=[release, Surroundings()], concurrency=cores, num_cpus=1
    )
    return [dict(one) for one in decided.take_all()]


class _Deciding:
    """An actor."""

    def __init__(self, release: str, surroundings: Surroundings) -> None:
        surroundings.take()
        from agent.assemble import assemble
        from agent.settings import Settings

        self._agent = assemble(Settings(release=release, threads=1))
        self._loop = asyncio.new_event_loop()

    def __call__(self, row: Mapping[str, Any]) -> dict[str, Any]:
        ticket = Ticket.of(row["text"], ticket_id=row["id"], customer_id=row["customer"] or None)
        decision, _ = self._loop.run_until_complete(self._agent.run(ticket))
        return {"id": row["id"], "category": decision.category}
