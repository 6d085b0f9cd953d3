"""Where a batch can't write it says so in one line, and what is there stays as it is."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.processes import TRIAGE, run
from tests.service.batch.batches import batch, tickets, write_csv

pytestmark = pytest.mark.slow
ROWS = tickets(12)


def test_outputs_that_can_not_be_are_one_line(root: Path, tmp_path: Path) -> None:
    source = write_csv(tmp_path / "in.csv", ROWS)
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "there.csv").write_text("mine", encoding="utf-8")
    os.mkfifo(tmp_path / "pipe.csv")
    expected = {
        source: "is IN itself",
        tmp_path / "folder.csv": "is a folder",
        tmp_path / "no" / "out.csv": "is not a folder",
        tmp_path / "there.csv": "is there already",
        tmp_path / "pipe.csv": "is no plain file",
    }
    for target, words in expected.items():
        done = batch(root, source, target, "--workers", "1")
        assert done.returncode == 2
        assert words in done.stderr.splitlines()[-1]
    assert (tmp_path / "there.csv").read_text(encoding="utf-8") == "mine"
    assert source.read_text(encoding="utf-8").startswith("id,text")
    assert not list(tmp_path.glob("*.progress"))


def test_a_read_only_disk_is_one_line(root: Path, tmp_path: Path) -> None:
    """A disk of its own, seen by this one process and no other."""
    source, disk = write_csv(tmp_path / "in.csv", ROWS), tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a disk of his own: a read-only one was not tried")
    command = f"mount -t tmpfs -o ro none {disk} && exec {TRIAGE} batch {source} {disk / 'out.csv'}"
    done = run(["unshare", "-rm", "sh", "-c", command], root, longest_s=100)
    assert done.returncode == 2
    assert done.stderr == f"{disk / 'out.csv'} can't be written: it is read-only.\n"


def test_what_can_not_be_made_is_one_line(root: Path, tmp_path: Path) -> None:
    """Nobody makes files in /sys, whatever its folders' modes say."""
    done = batch(root, write_csv(tmp_path / "in.csv", ROWS), "/sys/out.csv")
    assert done.returncode == 1
    assert done.stderr == "/sys/out.csv.progress: Operation not permitted.\n"


def test_a_link_stays_a_link(root: Path, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link.csv").symlink_to(tmp_path / "real" / "out.csv")
    done = batch(root, write_csv(tmp_path / "in.csv", ROWS[:2]), tmp_path / "link.csv", "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real" / "out.csv").is_file()
