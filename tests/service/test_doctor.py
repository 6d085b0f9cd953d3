"""`triage doctor` names each part that is missing or damaged, with its mend, and mends nothing by itself."""

import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from knowledge.encoder.choose import EXPORT_NAME
from knowledge.errors import PartUnavailable
from service.commands.doctor import check_clock
from tests.processes import Done, triage


def doctor(var: Path, root: Path) -> Done:
    return triage(root, "doctor", TRIAGE_VAR=str(var))


def test_all_is_well(copied_var: Path, root: Path) -> None:
    done = doctor(copied_var, root)
    assert done.returncode == 0, done.stdout
    assert "BROKEN" not in done.stdout


def test_a_server_of_passages_that_is_away(root: Path, var: Path) -> None:
    done = triage(root, "doctor", TRIAGE_VAR=str(var), CHROMA_URL="http://127.0.0.1:1")
    assert done.returncode == 1
    assert [line.split()[1] for line in done.stdout.splitlines() if line.startswith("BROKEN")] == ["index"]
    assert "CHROMA_URL" in done.stdout


def one(folder: Path, pattern: str) -> Path:
    return next(iter(sorted(folder.rglob(pattern))))


def flip_a_bit(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


DAMAGES: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "no index": ("index", lambda var: shutil.rmtree(var / "knowledge"), "knowledge build"),
    "index damaged": ("index", lambda var: one(var, "chroma.sqlite3").write_bytes(b"x" * 5000), "knowledge build"),
    "words gone": ("index", lambda var: shutil.rmtree(one(var, "lexical")), "knowledge build"),
    "no encoder": ("encoder", lambda var: shutil.rmtree(var / "encoder"), "knowledge build"),
    "one bit of the graph": ("index", lambda var: flip_a_bit(one(var, "data_level0.bin")), "knowledge build"),
    "one bit of the model": (
        "encoder",
        lambda var: flip_a_bit(one(var / "encoder" / EXPORT_NAME, "model.onnx")),
        "knowledge build",
    ),
    "encoder cut": (
        "encoder",
        lambda var: one(var / "encoder" / EXPORT_NAME, "model.onnx").write_bytes(b"cut"),
        "knowledge build",
    ),
    "no shop": ("shop", lambda var: (var / "shop.db").unlink(), "triage shop"),
    "shop damaged": ("shop", lambda var: (var / "shop.db").write_bytes(b"x" * 9000), "Remove"),
}


def contents(var: Path) -> dict[Path, int]:
    """Every file's size, but for those that SQLite writes to when it reads."""
    return {
        path: path.stat().st_size for path in var.rglob("*") if ".sqlite3" not in path.name and ".db-" not in path.name
    }


# Each copies all that was built and starts a process: some on every run, all of them on the slow one.
QUICK = ("no index", "one bit of the model", "shop damaged")
EACH = [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in DAMAGES]


@pytest.mark.parametrize("name", EACH)
def test_a_damaged_part_is_named_with_its_mend(copied_var: Path, root: Path, name: str) -> None:
    part, damage, mend = DAMAGES[name]
    damage(copied_var)
    before = contents(copied_var)
    done = doctor(copied_var, root)
    assert done.returncode == 1
    broken = [line for line in done.stdout.splitlines() if line.startswith("BROKEN")]
    assert any(part in line and mend in line for line in broken), done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert contents(copied_var) == before, "the doctor mended it by looking"


@dataclass(frozen=True)
class Clock:
    """What the machine says, and when the newest file was built."""

    now: datetime
    built: datetime
    right: bool


BUILT = datetime(2026, 11, 24, tzinfo=UTC)
CLOCKS = [
    Clock(BUILT, BUILT, right=True),
    Clock(BUILT - timedelta(hours=23), BUILT, right=True),
    Clock(BUILT - timedelta(hours=25), BUILT, right=False),
    Clock(datetime(1999, 1, 1, tzinfo=UTC), datetime(1999, 1, 1, tzinfo=UTC), right=False),
    Clock(datetime(2025, 12, 31, tzinfo=UTC), datetime(2025, 12, 31, tzinfo=UTC), right=False),
    Clock(datetime(2056, 12, 31, tzinfo=UTC), BUILT, right=True),
    Clock(datetime(2057, 1, 1, tzinfo=UTC), BUILT, right=False),
]


@pytest.mark.parametrize("part", ["encoder", "knowledge"])
@pytest.mark.parametrize("clock", CLOCKS, ids=lambda clock: f"{clock.now:%Y-%m-%d}")
def test_a_clock_that_can_not_be_right(tmp_path: Path, clock: Clock, part: str) -> None:
    file = tmp_path / part / "folder" / "file"
    file.parent.mkdir(parents=True)
    file.write_text("", encoding="utf-8")
    for path in (file, file.parent):
        os.utime(path, (clock.built.timestamp(),) * 2)
    if clock.right:
        return check_clock(clock.now, tmp_path)
    with pytest.raises(PartUnavailable, match="NTP"):
        check_clock(clock.now, tmp_path)
    return None


def test_a_clock_behind_the_files_is_named(copied_var: Path, root: Path) -> None:
    ahead = time.time() + 3 * 24 * 3600
    os.utime(one(copied_var, "model.onnx"), (ahead, ahead))
    done = doctor(copied_var, root)
    assert done.returncode == 1
    assert "BROKEN   clock" in done.stdout
    assert "NTP" in done.stdout


def test_an_unknown_release_is_one_broken_part_among_all(copied_var: Path, root: Path) -> None:
    done = triage(root, "doctor", TRIAGE_VAR=str(copied_var), TRIAGE_RELEASE="nope")
    assert (done.returncode, done.stderr) == (1, "")
    states = {line[9:20].strip(): line.split()[0] for line in done.stdout.splitlines()}
    assert {name for name, state in states.items() if state == "BROKEN"} == {"release", "classifier", "model"}
    assert {"clock", "encoder", "policies", "index", "shop"} < set(states)


@pytest.mark.slow
def test_the_service_database_is_examined_where_there_is_one(copied_var: Path, root: Path) -> None:
    assert "ok       database    none yet" in doctor(copied_var, root).stdout
    assert not (copied_var / "service.db").exists()
    assert triage(root, "keys", "create", "service", "a shop", TRIAGE_VAR=str(copied_var)).returncode == 0
    assert "ok       database    sqlite" in doctor(copied_var, root).stdout
    (copied_var / "service.db").write_bytes(b"x" * 9000)
    damaged = doctor(copied_var, root)
    assert damaged.returncode == 1
    assert "BROKEN   database" in damaged.stdout
    assert "Traceback" not in damaged.stdout + damaged.stderr


@pytest.mark.slow
def test_the_first_ticket_after_the_damage_heals_the_index(copied_var: Path, root: Path) -> None:
    one(copied_var, "chroma.sqlite3").write_bytes(b"x" * 5000)
    done = triage(root, "ticket", "Which ways to pay are there?", "--json", TRIAGE_VAR=str(copied_var))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["citations"]
    assert doctor(copied_var, root).returncode == 0


def test_a_damaged_shop_stops_a_ticket_with_one_line(copied_var: Path, root: Path) -> None:
    (copied_var / "shop.db").write_bytes(b"x" * 9000)
    done = triage(root, "ticket", "Where is A-10234?", TRIAGE_VAR=str(copied_var))
    assert (done.returncode, done.stdout) == (1, "")
    assert "doctor" in done.stderr
    assert "Traceback" not in done.stderr
