"""The image's Python part, built from what the Dockerfile copies and nothing else."""

import re
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from tests.processes import run


@pytest.fixture(autouse=True)
def nothing_is_set(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a developer's shell holds has no say: of all that the compose file passes on."""
    text = (root / "docker-compose.yml").read_text(encoding="utf-8")
    for variable in {*re.findall(r"^  ([A-Z_]+):(?= *(?:#|$))", text, re.MULTILINE), "POSTGRES_PASSWORD"}:
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture(scope="session")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that `pip install .` makes in the stage `serving`."""
    from tests.containers.image import context, lineage  # may skip, which a conftest must not

    folder = tmp_path_factory.mktemp("context")
    for stage in lineage(root, "serving"):
        for source in stage.copied():
            for file in context(root, source):
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(root / file, folder / file)
    done = run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "dist"], folder)
    assert done.returncode == 0, done.stderr
    return next((folder / "dist").glob("*.whl"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That wheel, unpacked."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder)
    return folder
