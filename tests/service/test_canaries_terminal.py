"""What the command line says when it fails repeats no ticket, no file's content and no secret of a setting."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.processes import Done
from tests.service.canaries import canaries_in, canary

pytestmark = pytest.mark.slow

ARGUMENTS = (
    ("ticket", "--card={}"),
    ("ticket", "hello", "--order={}", "--release=none"),
    ("ticket", "{}", "--release=none"),
    ("traces", "show", "{}"),
    ("keys", "revoke", "{}"),
)
LINES = (
    '{"id": "1", "text": "{}"',
    '["{}"]',
    '{"id": "1", "text": ["{}"]}',
    '{"id": {"{}": "{}"}, "text": "hello"}',
    '{"{}": "{}"}',
    "{}",
)
DATABASES = ("{}", "mysql://triage:{}@127.0.0.1/triage", "postgresql://triage:{}@127.0.0.1:1/triage", "sqlite:////{}/x")


@pytest.fixture
def failed(run: Callable[..., Done], tmp_path: Path) -> Callable[..., str]:
    """Run a command that has to fail and return all that it said."""

    def call(*arguments: str, **environment: str) -> str:
        done = run(*arguments, **{"TRIAGE_VAR": str(tmp_path)} | environment)
        assert done.returncode in {1, 2}
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    return call


@pytest.mark.parametrize("arguments", ARGUMENTS, ids=" ".join)
def test_of_arguments(failed: Callable[..., str], arguments: tuple[str, ...]) -> None:
    said = failed(*(argument.replace("{}", canary("card")) for argument in arguments))
    assert canaries_in(said) == []


@pytest.mark.parametrize("line", LINES)
def test_of_a_files_lines(failed: Callable[..., str], tmp_path: Path, var: Path, line: str) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text(line.replace("{}", canary("card")) + "\n", encoding="utf-8")
    said = failed("classify", str(file), str(tmp_path / "out.jsonl"), TRIAGE_VAR=str(var))
    assert canaries_in(said) == []
    assert not (tmp_path / "out.jsonl").exists()


@pytest.mark.parametrize("database", DATABASES)
def test_of_a_databases_address(failed: Callable[..., str], database: str) -> None:
    said = failed("keys", "list", TRIAGE_DATABASE=database.replace("{}", canary("token")))
    assert canaries_in(said) == []
