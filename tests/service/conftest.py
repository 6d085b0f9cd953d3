"""A copy of what setup built, and the command line in the checkout."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.processes import Done, triage
from tests.service.databases import Fresh, fresh_postgres, fresh_sqlite


@pytest.fixture
def copied_var(var: Path, tmp_path: Path) -> Path:
    """A copy of what setup built, to be damaged."""
    current = (var / "knowledge" / "current").read_text(encoding="utf-8").strip()
    shutil.copytree(var / "encoder", tmp_path / "encoder")
    shutil.copytree(var / "knowledge" / current, tmp_path / "knowledge" / current)
    for file in var.glob("shop.db*"):
        shutil.copy(file, tmp_path / file.name)
    return tmp_path


@pytest.fixture
def run(root: Path) -> Callable[..., Done]:
    """The command line in the checkout."""

    def call(*arguments: str | bytes, **environment: str) -> Done:
        return triage(root, *arguments, **environment)

    return call


@pytest.fixture(scope="session")
def fresh_sqlite_database(tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    """Make SQLite databases."""
    return fresh_sqlite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def fresh_postgres_database() -> Iterator[Fresh]:
    """Make databases of a Postgres that ends with the tests.

    Not among pytest's own folders: every start of pytest closes these to the user that Postgres runs as under root.
    """
    with TemporaryDirectory(prefix="triage-postgres-") as folder, fresh_postgres(Path(folder)) as fresh:
        yield fresh
