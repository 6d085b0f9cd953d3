"""A worker elsewhere gets this process's variables, and nobody sees them on the way."""

import os
import pickle
from pathlib import Path
from unittest.mock import patch

import pytest

from service.batch.answers import Depth
from service.batch.hired import Hired
from service.batch.on_ray.surroundings import Surroundings
from service.batch.on_ray.work import Work

KEY = "sk-0815"
HERE = {
    "OPENAI_API_KEY": KEY,
    "OPENAI_BASE_URL": "http://127.0.0.1:1/v1",
    "TRIAGE_SHOP_TOKEN": KEY,
    "TRIAGE_VAR": "var",
}


def test_they_are_put_back_elsewhere_and_no_others(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    with patch.dict(os.environ, HERE | {"TRIAGE_DATABASE": "postgresql://of-the-service-alone"}):
        sent = pickle.dumps(Surroundings())
    elsewhere = {"PATH": "/bin", "OPENAI_MODEL": "another", "TRIAGE_ENCODER": "another", "OPENAI_API_KEY": "another"}
    with patch.dict(os.environ, elsewhere, clear=True):
        pickle.loads(sent).take()  # noqa: S301 -- its own
        assert os.environ["PATH"] == "/bin"
        found = {name: value for name, value in os.environ.items() if name.startswith(("TRIAGE_", "OPENAI_"))}
        assert os.environ["HF_HUB_OFFLINE"] == "1"
    assert found == HERE | {"TRIAGE_VAR": str(root / "var")}


def test_nothing_shows_them(tmp_path: Path) -> None:
    with patch.dict(os.environ, HERE):
        surroundings = Surroundings()
    work = Work(Hired("r", Depth.CLASSIFY), surroundings, {}, tmp_path)
    for shown in (surroundings, work, [work], {"args": (work,)}):
        assert KEY not in f"{shown!r} {shown!s}"
