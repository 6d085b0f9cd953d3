"""Whatever page of the SQLite file is damaged while the service runs: no answer is a 500."""

import random
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from agent.assemble import Agent
from service.callers import KEY_ROLES
from service.http.app import create_app
from service.http.parts import open_parts
from service.settings import ServiceSettings
from service.store.engine import sqlite_url
from service.store.hours import HOUR, sum_more
from service.store.keys import create_key
from service.store.signing import ensure_signing_secret
from service.store.store import Store
from tests.service.databases import migrated
from tests.service.running import Clock, Running

PAGE = 4096
DAMAGES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "junk": lambda page, _: b"\xa5" * len(page),
    "zeros": lambda page, _: bytes(len(page)),
    "noise": lambda page, chance: chance.randbytes(len(page)),
    "one byte": lambda page, chance: _one_byte(page, chance.randrange(64), chance.randrange(256)),
    "any byte": lambda page, chance: _one_byte(page, chance.randrange(len(page)), chance.randrange(256)),
}


def _one_byte(page: bytes, at: int, byte: int) -> bytes:
    return page[:at] + bytes([byte]) + page[at + 1 :]


async def asked(service: Running, known: str) -> list[int]:
    """Ask for something that reads or writes in every table."""
    chat = {"message": "I want my money back for A-10234", "customer_id": "C-1001"}
    answers = [
        await service.post("/v1/chat", chat, Idempotency_Key="one"),
        await service.post("/v1/chat", {**chat, "conversation_id": known}),
        await service.get(f"/v1/conversations/{known}"),
        await service.post("/v1/chat-tokens", {}),
        await service.get("/v1/desk/cases", "desk"),
        await service.get("/v1/ops/summary", "ops"),
        await service.get("/readyz"),
    ]
    return [answer.status_code for answer in answers]


class Damaged:
    """Runs the service over copies of one file."""

    def __init__(self, agent: Agent, folder: Path) -> None:
        self.agent, self.file, self.number = agent, folder / "whole.db", 0
        migrated(sqlite_url(self.file))
        store, now = Store(sqlite_url(self.file)), Clock()()
        store.write_now(lambda session: ensure_signing_secret(session, now))
        self.keys = store.write_now(
            lambda session: {role.value: create_key(session, "test", role.value, now)[1] for role in KEY_ROLES}
        )
        store.close()

    async def fill(self) -> str:
        """Use the service for a while; return a conversation."""
        known = ""
        async with self._running(self.file) as service:
            for message in ("I want my money back for A-10234", "I want to speak to a human being", "Where is it?"):
                answer = await service.post("/v1/chat", {"message": message, "customer_id": "C-1001"})
                known = answer.json()["conversation_id"]
            later = service.clock() + 2 * HOUR
            service.parts.store.write_now(lambda session: sum_more(session, later))
        return known

    async def statuses(self, known: str, place: int, damage: str, chance: random.Random) -> list[int]:
        """Return what is answered once a page is damaged."""
        self.number += 1
        copy = self.file.with_name(f"{self.number}.db")
        shutil.copyfile(self.file, copy)
        async with self._running(copy) as service:
            content = bytearray(copy.read_bytes())
            page = slice(place * PAGE, (place + 1) * PAGE)
            content[page] = DAMAGES[damage](bytes(content[page]), chance)
            with copy.open("r+b") as stream:
                stream.write(content)
            return await asked(service, known)

    @asynccontextmanager
    async def _running(self, file: Path) -> AsyncIterator[Running]:
        parts = open_parts(self.agent, sqlite_url(file), ServiceSettings(limits=False), Clock())
        app = create_app(parts)
        try:
            async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as http:
                yield Running(app, parts, parts.now, http, self.keys)
        finally:
            parts.store.close()

    @property
    def pages(self) -> range:
        """The places of its pages."""
        return range(self.file.stat().st_size // PAGE)


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_damaged_page_is_never_a_500(agent: Agent, tmp_path: Path, damage: str) -> None:
    damaged, chance = Damaged(agent, tmp_path), random.Random(7)
    known = await damaged.fill()
    places = damaged.pages[list(DAMAGES).index(damage) :: len(DAMAGES)]  # each page is damaged in one way
    found = [(place, await damaged.statuses(known, place, damage, chance)) for place in places]
    assert [(place, statuses) for place, statuses in found if 500 in statuses] == []
    if damage in {"junk", "noise"}:
        assert any(503 in statuses for _, statuses in found)
