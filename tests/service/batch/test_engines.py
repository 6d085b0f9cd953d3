"""Which engine a run gets, and what is said where there is none."""

from pathlib import Path

import pytest

from service.batch.engine_name import EngineName, EngineRefusedError
from service.batch.engines import LIBRARIES, NO_RAY, require_engine
from tests.processes import python
from tests.service.batch.batches import tickets, write_csv

WITHOUT_RAY = "import sys; sys.modules['ray'] = None; from service.cli import main; main()"


def test_without_ray_one_line_says_what_to_install(root: Path, tmp_path: Path) -> None:
    source = write_csv(tmp_path / "in.csv", tickets(2))
    done = python(root, "-c", WITHOUT_RAY, "batch", str(source), str(tmp_path / "out.csv"), "--engine", "ray")
    assert done.returncode == 2
    assert done.stderr == f"{NO_RAY}\n"
    assert done.stdout == ""
    assert {file.name for file in tmp_path.iterdir()} == {"in.csv"}


@pytest.mark.parametrize("library", LIBRARIES)
def test_each_of_its_libraries_is_needed(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    monkeypatch.setattr("service.batch.engines.find_spec", lambda name: None if name == library else object())
    with pytest.raises(EngineRefusedError, match="support-triage"):
        require_engine(EngineName.RAY)
    require_engine(EngineName.LOCAL)
