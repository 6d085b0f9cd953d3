"""`triage doctor` names each part that is missing or damaged, with its mend, and mends nothing by itself."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.processes import Done, python, triage


@pytest.fixture
def copied_var(var: Path, tmp_path: Path) -> Path:
    """A copy of what setup built, to be damaged."""
    current = (var / "knowledge" / "current").read_text(encoding="utf-8").strip()
    shutil.copytree(var / "encoder", tmp_path / "encoder")
    shutil.copytree(var / "knowledge" / current, tmp_path / "knowledge" / current)
    for file in var.glob("shop.db*"):
        shutil.copy(file, tmp_path / file.name)
    return tmp_path


def doctor(var: Path, root: Path) -> Done:
    return triage(root, "doctor", TRIAGE_VAR=str(var))


def test_all_is_well(copied_var: Path, root: Path) -> None:
    done = doctor(copied_var, root)
    assert done.returncode == 0, done.stdout
    assert "BROKEN" not in done.stdout


def one(folder: Path, pattern: str) -> Path:
    return next(iter(sorted(folder.rglob(pattern))))


DAMAGES: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "no index": ("index", lambda var: shutil.rmtree(var / "knowledge"), "knowledge build"),
    "index damaged": ("index", lambda var: one(var, "chroma.sqlite3").write_bytes(b"x" * 5000), "knowledge build"),
    "words gone": ("index", lambda var: shutil.rmtree(one(var, "lexical")), "knowledge build"),
    "no encoder": ("encoder", lambda var: shutil.rmtree(var / "encoder"), "knowledge build"),
    "encoder cut": ("encoder", lambda var: one(var, "model.onnx").write_bytes(b"cut"), "knowledge build"),
    "no shop": ("demo shop", lambda var: (var / "shop.db").unlink(), "triage shop"),
    "shop damaged": ("demo shop", lambda var: (var / "shop.db").write_bytes(b"x" * 9000), "Remove"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_part_is_named_with_its_mend(copied_var: Path, root: Path, name: str) -> None:
    part, damage, mend = DAMAGES[name]
    damage(copied_var)
    done = doctor(copied_var, root)
    assert done.returncode == 1
    broken = [line for line in done.stdout.splitlines() if line.startswith("BROKEN")]
    assert any(part in line and mend in line for line in broken), done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert doctor(copied_var, root).returncode == 1, "the doctor mended it by looking"


def test_a_wrong_clock_is_named(copied_var: Path, root: Path) -> None:
    code = (
        "import datetime as d\n"
        "class Past(d.datetime):\n    @classmethod\n    def now(cls, tz=None):\n"
        "        return cls(1999, 1, 1, tzinfo=tz)\n"
        "import service.commands.doctor as doctor\ndoctor.datetime = Past\n"
        "import sys\nsys.argv = ['triage', 'doctor']\nfrom service.cli import main\nmain()\n"
    )
    done = python(root, "-c", code, TRIAGE_VAR=str(copied_var))
    assert done.returncode == 1
    assert "clock" in done.stdout
    assert "NTP" in done.stdout


def test_the_commands_themselves_heal_what_is_derived(copied_var: Path, root: Path) -> None:
    shutil.rmtree(copied_var / "knowledge")
    done = triage(root, "ticket", "Which ways to pay are there?", TRIAGE_VAR=str(copied_var))
    assert done.returncode == 0
    assert doctor(copied_var, root).returncode == 0


def test_a_damaged_shop_stops_a_ticket_with_one_line(copied_var: Path, root: Path) -> None:
    (copied_var / "shop.db").write_bytes(b"x" * 9000)
    done = triage(root, "ticket", "Where is A-10234?", TRIAGE_VAR=str(copied_var))
    assert (done.returncode, done.stdout) == (1, "")
    assert "doctor" in done.stderr
    assert "Traceback" not in done.stderr
