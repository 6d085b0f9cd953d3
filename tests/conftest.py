"""Fixtures for all tests: one built agent for the session, in the checkout's own var/."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.assemble import Agent, assemble
from agent.decision import Decision
from agent.settings import Settings
from agent.ticket import Ticket

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def var(root: Path) -> Path:
    """Where `make setup` built encoder, index and shop."""
    return root / "var"


@pytest.fixture(scope="session")
def agent(var: Path) -> Iterator[Agent]:
    """The agent as the doors assemble it."""
    assembled = assemble(Settings(var=var))
    yield assembled
    assembled.close()


@pytest.fixture(scope="session")
def triage(agent: Agent):
    """Take one ticket its whole way and return its Decision."""

    def run(text: str, **fields: object) -> Decision:
        decision, _ = asyncio.run(agent.run(Ticket.of(text, **fields)))
        return decision

    return run


@pytest.fixture(scope="session")
def snapshot_of(root: Path) -> Callable[[str, str], bool]:
    """Compare a text with the file of this name in tests/snapshots; a missing file is a difference, never written."""

    def same(name: str, text: str) -> bool:
        file = root / "tests" / "snapshots" / name
        assert file.is_file(), f"{file} is missing; it should hold:\n{text}"
        assert text == file.read_text(encoding="utf-8")
        return True

    return same
