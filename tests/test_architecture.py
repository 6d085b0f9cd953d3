"""The house rules that a reader relies on, held by tests: what a document says twice, says the same twice."""

import ast
import hashlib
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from agent.decision import SCHEMA_FILE, decision_schema
from agent.graph import RECURSION_LIMIT, STEPS, build_graph
from agent.release import RELEASES, load_release
from agent.replies import REPLIES
from agent.taxonomy import TAXONOMY

ROOMS = ("agent", "tools", "knowledge", "service", "evals")
LONGEST_FILE, LONGEST_FUNCTION = 200, 40


def python_files(root: Path, *folders: str) -> list[Path]:
    return sorted(file for folder in folders for file in (root / folder).rglob("*.py"))


def test_import_directions_and_library_fences(root: Path) -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_way_in_the_readme_is_the_graph(root: Path) -> None:
    drawn = re.search(
        r"<!-- way -->\n```mermaid\n(.*?)```", (root / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    assert drawn is not None
    nodes = re.findall(r"^\s+(\w+)\[", drawn[1], re.MULTILINE)
    assert nodes == [step.__name__ for step in STEPS]


def test_the_graph_runs_the_steps_in_order_and_keeps_nothing() -> None:
    graph = build_graph()
    assert [name for name in graph.nodes if name != "__start__"] == [step.__name__ for step in STEPS]
    assert graph.checkpointer is None
    assert RECURSION_LIMIT <= 12


def test_the_schema_file_is_made_of_the_types() -> None:
    assert json.loads(SCHEMA_FILE.read_text(encoding="utf-8")) == decision_schema()


def test_published_replies_are_unchanged() -> None:
    published = tomllib.loads((REPLIES / "published.toml").read_text(encoding="utf-8"))
    found = {file.stem: hashlib.sha256(file.read_bytes()).hexdigest() for file in REPLIES.glob("v*.toml")}
    assert found == published


def test_releases_name_parts_that_exist(root: Path) -> None:
    for file in RELEASES.glob("*.toml"):
        release = load_release(file.stem)
        assert release.id == file.stem
        assert (root / "knowledge" / "heads" / release.head / "manifest.json").is_file()
        assert (REPLIES / f"{release.replies}.toml").is_file()


@pytest.mark.parametrize("folder", ["agent", "tools", "service", "knowledge"])
def test_only_the_taxonomy_names_categories(root: Path, folder: str) -> None:
    """A fork replaces the taxonomy and nothing else, so no other code may know a category or a topic."""
    names = set(TAXONOMY) | {topic for rule in TAXONOMY.values() for topic in rule.topics if "_" in topic}
    for file in python_files(root, folder):
        if file.name == "taxonomy.py":
            continue
        strings = {
            node.value
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.Constant)
        }
        assert not names & {text for text in strings if isinstance(text, str)}, file


def test_files_and_functions_stay_small(root: Path) -> None:
    for file in python_files(root, *ROOMS):
        text = file.read_text(encoding="utf-8")
        if "Longer than most files:" not in text:
            assert text.count("\n") <= LONGEST_FILE, file
        if file.parent.name == "versions":  # a migration is a record of what was done
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, f"{file}: {node.name}"


def test_no_file_is_named_after_nothing(root: Path) -> None:
    vague = {"utils", "helpers", "common", "core", "manager", "base"}
    assert not [file for file in python_files(root, *ROOMS) if file.stem in vague]


def test_importing_the_terminal_door_does_no_work() -> None:
    code = "import sys, service.cli; print(sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(ast.literal_eval(done.stdout))
    assert not loaded & {"torch", "sentence_transformers", "chromadb", "langgraph", "onnxruntime", "sqlmodel"}


def test_no_test_folder_is_a_package(root: Path) -> None:
    assert not list((root / "tests").rglob("__init__.py"))
