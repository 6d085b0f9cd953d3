"""A copy of what setup built, and the command line in the checkout."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.processes import Done, triage


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
