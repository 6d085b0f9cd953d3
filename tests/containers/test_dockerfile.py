"""The Dockerfile without Docker: parsed, linted, and what it copies and installs is there and is enough."""

import importlib.metadata
import re
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.containers.image import context, image, is_let_in, lineage, rules, stages
from tests.processes import run

HADOLINT = Path(sys.executable).with_name("hadolint")
BUILDING_ONLY = {"torch", "sentence-transformers", "transformers", "onnx", "onnxscript", "scikit-learn"}
NOT_FOR_THE_BUILD = (
    ".env",
    ".git/config",
    ".venv/bin/python",
    "agent/__pycache__/graph.cpython-311.pyc",
    "containers/collector.yaml",
    "evals/gate.toml",
    "tests/conftest.py",
    "var/service.db",
)


def test_nothing_is_linted_away(root: Path) -> None:
    done = run([HADOLINT, "--no-color", "Dockerfile"], root)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_last_stage_is_of_a_user_and_takes_only_what_came_out(root: Path) -> None:
    last = stages(root)[""]
    assert last.copied_from() == {"/venv": "serving", "/app/built": "building"}
    assert "building" not in {stage.name for stage in lineage(root, "serving")}
    assert image(root).user.isdigit()
    assert image(root).user != "0"
    assert not any("pip" in words for words in last.values("RUN"))


def test_images_are_of_exact_versions(root: Path) -> None:
    known = stages(root)
    outside = {stage.base for stage in known.values() if stage.base not in known}
    assert len(outside) == 1
    assert re.search(r":\d+\.\d+\.\d+", outside.pop())


def test_what_serves_needs_no_torch(root: Path) -> None:
    extras = {extra for stage in lineage(root, "serving") for extra in installed_extras(stage.values("RUN"))}
    assert extras == {"parquet"}
    needed = closure(Requirement(f"support-triage[{','.join(extras)}]"))
    assert {"chromadb", "onnxruntime", "psycopg-binary", "pyarrow", "uvicorn"} <= needed
    assert not needed & BUILDING_ONLY
    built = {extra for stage in lineage(root, "building") for extra in installed_extras(stage.values("RUN"))}
    assert closure(Requirement(f"support-triage[{','.join(built)}]")) >= BUILDING_ONLY


def installed_extras(runs: list[tuple[str, ...]]) -> Iterator[str]:
    for (words,) in runs:
        for extras in re.findall(r'"\.\[([\w,]+)\]"', words):
            yield from extras.split(",")


def closure(wanted: Requirement) -> set[str]:
    """Return the names of all that a requirement installs on this machine."""
    seen: set[tuple[str, str]] = set()
    waiting = [(wanted.name, extra) for extra in ("", *wanted.extras)]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        for line in importlib.metadata.requires(name) or ():
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                waiting += [(canonicalize_name(needed.name), one) for one in ("", *needed.extras)]
    return {name for name, _ in seen}


def test_torch_is_the_one_that_the_project_names(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = next(one for one in project["optional-dependencies"]["build"] if one.startswith("torch"))
    assert any(named in words for (words,) in stages(root)["building"].values("RUN"))


def test_what_is_copied_is_there_and_let_in(root: Path) -> None:
    for stage in stages(root).values():
        for source in stage.copied():
            assert context(root, source), source


def test_nothing_else_is_let_in(root: Path) -> None:
    copied = {source for stage in stages(root).values() for source in stage.copied()}
    known = rules(root)
    assert not [file for file in NOT_FOR_THE_BUILD if is_let_in(file, known)]
    assert {rule[1:] for rule in known if rule.startswith("!")} == copied


@pytest.mark.parametrize("room", ["agent", "knowledge", "service", "tools"])
def test_the_wheel_holds_all_that_a_room_holds(root: Path, wheel: Path, room: str) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = {name for name in packed.namelist() if name.startswith(f"{room}/")}
    assert names == {str(file.relative_to(root)) for file in (root / room).rglob("*") if is_source(file)}


def is_source(file: Path) -> bool:
    return file.is_file() and "__pycache__" not in file.parts
