"""Files and folders appear whole or not at all, and one writer works at a time."""

import os
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from knowledge.atomic import LONGEST_BUILD_S, build_folder, clear_workshops, locked, new_file, remove_folder, write_file


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file_takes_the_place_at_the_end_and_keeps_what_others_may(tmp_path: Path) -> None:
    target = tmp_path / "out"
    write_file(target, "old")
    target.chmod(0o640)
    with new_file(target) as file:
        file.write("new")
        file.flush()
        assert target.read_text(encoding="utf-8") == "old"
    assert target.read_text(encoding="utf-8") == "new"
    assert target.stat().st_mode & 0o777 == 0o640
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("existing", [True, False])
def test_an_error_leaves_no_half_file(tmp_path: Path, existing: bool) -> None:
    if existing:
        write_file(tmp_path / "out", "old")
    with pytest.raises(UnicodeEncodeError):
        write_file(tmp_path / "out", "x" * 100_000 + "\ud800")
    assert names(tmp_path) == (["out"] if existing else [])
    assert not existing or (tmp_path / "out").read_text(encoding="utf-8") == "old"


def test_a_folder_is_replaced_only_by_a_finished_one(tmp_path: Path) -> None:
    target = tmp_path / "folder"
    build_folder(target, lambda folder: write_file(folder / "part", "first"))
    build_folder(target, lambda folder: write_file(folder / "part", "second"))
    assert (target / "part").read_text(encoding="utf-8") == "first"
    with pytest.raises(UnicodeEncodeError):
        build_folder(target, lambda folder: write_file(folder / "part", "\ud800"), replace=True)
    assert (target / "part").read_text(encoding="utf-8") == "first"
    with (target / "part").open(encoding="utf-8") as reading:
        build_folder(target, lambda folder: write_file(folder / "part", "third"), replace=True)
        assert reading.read() == "first"
    assert (target / "part").read_text(encoding="utf-8") == "third"
    remove_folder(target)
    assert names(tmp_path) == []


def test_what_killed_builds_left_is_removed_unless_it_may_be_under_way(tmp_path: Path) -> None:
    for name, age in ((".new.x", 0), (".old.x", LONGEST_BUILD_S + 60), ("kept", LONGEST_BUILD_S + 60)):
        (tmp_path / name / "made").mkdir(parents=True)
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    write_file(tmp_path / ".lock", "")
    os.utime(tmp_path / ".lock", (0, 0))
    clear_workshops(tmp_path)
    assert names(tmp_path) == [".lock", ".new.x", "kept"]


HOLD = """
import sys
from pathlib import Path
from knowledge.atomic import locked
print("asks", flush=True)
with locked(Path(sys.argv[1])):
    print("holds", flush=True)
    sys.stdin.readline()
"""


def test_a_lock_is_held_by_one_process_and_ends_with_it(tmp_path: Path) -> None:
    lock = tmp_path / "new" / ".lock"
    with locked(lock):
        other = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert other.stdout is not None
        assert other.stdout.readline() == "asks\n"
        assert not select.select([other.stdout], [], [], 0.5)[0]
    with other:
        assert other.stdout.readline() == "holds\n"
        other.kill()
    with locked(lock):
        pass
