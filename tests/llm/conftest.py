"""The real model server as a process of the session, and one campaign over it, which most tests read."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from agent.assemble import Agent
from tests.llm.asking import Campaign, campaign

ENDS_WITHIN_S = 30
FREE_WITHIN_S = 120.0


@pytest.fixture(scope="session")
def model_server(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server, which answers by now; it has ended with the session."""
    python = root / ".venv-llm" / "bin" / "python"
    assert python.exists(), "there is no model server: `make test-llm` compiles it"
    log = tmp_path_factory.mktemp("model") / "server.log"
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [python, root / "tests" / "llm" / "model_server.py"], stdout=subprocess.PIPE, stderr=errors, text=True
        )
    assert process.stdout is not None
    try:
        _, named, address = process.stdout.readline().strip().partition("OPENAI_BASE_URL=")
        assert named, log.read_text(encoding="utf-8")
        yield address
    finally:
        process.terminate()
        try:
            process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


@pytest.fixture
def free_server(model_server: str) -> str:
    """The same, once nothing is left of what tests before have asked: it answers one request at a time."""
    assert httpx2.get(f"{model_server}/models", timeout=FREE_WITHIN_S, trust_env=False).status_code == 200
    return model_server


@pytest.fixture(scope="session")
def inbox_answered(agent: Agent, model_server: str, tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    """What the real model made of the whole inbox."""
    return asyncio.run(campaign(agent, model_server, tmp_path_factory.mktemp("campaign")))
