"""Killed at any moment, a batch goes on where it was, and the output is what an undisturbed run gives."""

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from service.failpoints import VARIABLE, Failpoint
from tests.service.batch.batches import batch, begun, files, kept_rows, killed_at, living, spoiled, tickets, write_csv

pytestmark = pytest.mark.slow
KILLS = int(os.environ.get("TRIAGE_BATCH_KILLS", "6"))
ROWS = int(os.environ.get("TRIAGE_BATCH_ROWS", "1500"))
SEED = 20261129
LONGEST_LEFT_S = 3.0
POINTS = (Failpoint.ROWS_WRITTEN, Failpoint.ROWS_KEPT, Failpoint.BATCH_WRITTEN, Failpoint.BATCH_PUBLISHED)


@pytest.fixture(scope="module")
def undisturbed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an input of 300 rows, and what a run that nobody disturbs makes of it."""
    folder = tmp_path_factory.mktemp("undisturbed")
    source = spoiled(folder / "in.csv", tickets(300))
    done = batch(root, source, folder / "b.csv", "--workers", "1")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_each_point_it_ends_the_same(root: Path, tmp_path: Path, undisturbed: Path, point: Failpoint) -> None:
    source = undisturbed / "in.csv"
    killed = batch(root, source, tmp_path / "a.csv", "--workers", "1", **{VARIABLE: point.value})
    assert killed.returncode == -9
    went_on = batch(root, source, tmp_path / "a.csv", "--workers", "1")
    assert went_on.returncode == 0, went_on.stderr
    assert files(tmp_path, "a.csv") == files(undisturbed, "b.csv")
    assert not list(tmp_path.glob("*.progress"))


def test_killed_at_random_it_ends_the_same(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draw = random.Random(SEED)
    source = spoiled(tmp_path / "in.csv", tickets(ROWS))
    points = sorted(draw.randrange(ROWS) for _ in range(KILLS))
    killed, lost = 0, []
    for rows in points:
        process = begun(root, source, tmp_path / "a.csv")
        if not killed_at(process, tmp_path / "a.csv", rows):
            break
        killed += 1
        lost.append(kept_rows(tmp_path / "a.csv"))
    assert killed >= KILLS // 2
    assert lost == sorted(lost)
    assert batch(root, source, tmp_path / "a.csv").returncode == 0
    assert batch(root, source, tmp_path / "b.csv").returncode == 0
    with capsys.disabled():
        print(f"\nbatch: {killed} kills over {ROWS} rows")
    assert files(tmp_path, "a.csv") == files(tmp_path, "b.csv")


def test_a_worker_that_is_killed_is_replaced(root: Path, tmp_path: Path) -> None:
    source = write_csv(tmp_path / "in.csv", tickets(1500))
    process = begun(root, source, tmp_path / "a.csv", "--workers", "2")
    while kept_rows(tmp_path / "a.csv") == 0:
        assert process.poll() is None
    children = subprocess.run(
        ["ps", "-ww", "--ppid", str(process.pid), "-o", "pid=", "-o", "args="],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    workers = [int(line.split()[0]) for line in children if "spawn_main" in line]
    assert len(workers) == 2
    os.kill(workers[0], 9)
    assert process.wait(timeout=200) == 0
    assert batch(root, source, tmp_path / "b.csv", "--workers", "2").returncode == 0
    assert files(tmp_path, "a.csv") == files(tmp_path, "b.csv")


def test_the_second_of_two_runs_stops_at_once(root: Path, tmp_path: Path) -> None:
    source = write_csv(tmp_path / "in.csv", tickets(600))
    process = begun(root, source, tmp_path / "a.csv", "--workers", "1")
    while not (tmp_path / "a.csv.progress" / "state.sqlite3").exists():
        assert process.poll() is None
    process.send_signal(signal.SIGSTOP)  # or it could end before the second has begun
    try:
        second = batch(root, source, tmp_path / "a.csv", "--workers", "1")
    finally:
        process.send_signal(signal.SIGCONT)
    assert second.returncode == 2
    assert second.stderr == f"Another run is writing {tmp_path / 'a.csv'}.\n"
    assert process.wait(timeout=200) == 0


def test_an_input_that_grows_meanwhile_is_not_published(root: Path, tmp_path: Path) -> None:
    source = write_csv(tmp_path / "in.csv", tickets(1500))
    process = begun(root, source, tmp_path / "a.csv", "--workers", "1")
    while kept_rows(tmp_path / "a.csv") == 0:
        assert process.poll() is None
    with source.open("a", encoding="utf-8") as file:
        file.write("late,Where is it?,,\n")
    assert process.wait(timeout=200) == 1
    assert not (tmp_path / "a.csv").exists()
    again = batch(root, source, tmp_path / "a.csv", "--workers", "1")
    assert again.returncode == 2
    assert "belongs to another run: its input" in again.stderr
    anew = batch(root, source, tmp_path / "a.csv", "--workers", "1", "--overwrite")
    assert anew.returncode == 0, anew.stderr
    assert "1,501 read" in anew.stderr


def test_no_worker_outlives_a_killed_run(root: Path, tmp_path: Path) -> None:
    source = write_csv(tmp_path / "in.csv", tickets(1500))
    process = begun(root, source, tmp_path / "a.csv", "--workers", "2")
    assert killed_at(process, tmp_path / "a.csv", 1)
    ends = time.monotonic() + LONGEST_LEFT_S
    while living(process.pid) and time.monotonic() < ends:
        time.sleep(0.05)
    assert living(process.pid) == []


@pytest.mark.parametrize("seconds", [0.0, 0.5, 1.5, 3.0])
def test_an_interrupt_is_one_line_however_early(root: Path, tmp_path: Path, seconds: float) -> None:
    """Ctrl-C goes to all processes of a terminal, workers that are still starting among them."""
    source, talk = write_csv(tmp_path / "in.csv", tickets(1500)), tmp_path / "talk"
    process = begun(root, source, tmp_path / "a.csv", "--workers", "2", talk=talk)
    while not talk.read_bytes():
        assert process.poll() is None
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(timeout=200) == 130
    assert "Traceback" not in talk.read_text(encoding="utf-8")
    assert talk.read_text(encoding="utf-8").splitlines()[-1] == "Interrupted. The same command goes on where it was."
    assert living(process.pid) == []


def test_a_full_disk_costs_nothing_that_was_kept(root: Path, tmp_path: Path) -> None:
    """A limit on the size of files stands for a disk that is full: more than any file of the agent has, in KiB."""
    source = write_csv(tmp_path / "in.csv", [row | {"note": "n" * 8000} for row in tickets(1500)])
    command = f"ulimit -f 6000; exec {root / '.venv/bin/triage'} batch {source} {tmp_path / 'a.csv'} --workers 1"
    done = subprocess.run(["bash", "-c", command], cwd=root, capture_output=True, text=True, check=False, timeout=200)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    kept = kept_rows(tmp_path / "a.csv")
    assert 0 < kept < 1500
    assert batch(root, source, tmp_path / "a.csv", "--workers", "1").returncode == 0
    assert batch(root, source, tmp_path / "b.csv", "--workers", "1").returncode == 0
    assert files(tmp_path, "a.csv") == files(tmp_path, "b.csv")
