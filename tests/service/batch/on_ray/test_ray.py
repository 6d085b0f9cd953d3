"""`triage batch --engine ray` gives what the local engine gives, whoever is killed, and leaves nothing behind."""

import json
import os
import random
import re
import secrets
import signal
import time
from collections.abc import Iterator
from enum import Enum
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pyarrow as pa
import pytest

from service.batch.answers import Depth
from service.batch.hired import Asked, Hired
from service.batch.on_ray.slice_files import SliceFiles
from service.batch.on_ray.surroundings import Surroundings
from service.batch.on_ray.work import Work
from tests.service.batch.batches import batch, begun, files, kept_rows, killed_at, living, spoiled, tickets
from tests.service.batch.on_ray.ray_runs import answered, at_work, awaited, free_port, head, killed_after

pytestmark = [pytest.mark.ray, pytest.mark.allow_hosts(["127.0.0.1"])]
KILLS = int(os.environ.get("TRIAGE_BATCH_RAY_KILLS", "3"))
SEED = 20261129
# Of a slice of 256 rows, half say something new, and half what the slice before said.
NEW, SLICES = 128, max(6, 4 * KILLS - 6)
ROWS = NEW * (2 * SLICES - 1)
RAY = ("--engine", "ray", "--workers", "2")
ENDED_WITHIN_S = 20.0
Held = dict[str, tuple[int, int]]


class Moment(Enum):
    """When a run is killed: from its start, actors' first rows, or answers beyond those held; and how long after."""

    START = 10.0
    ROWS_IN_HAND = 1.0
    ANSWERS = 0.5

    def has_come(self, session: int, out: Path, held: Held) -> bool:
        if self is Moment.START:
            return True
        return bool(at_work(session) if self is Moment.ROWS_IN_HAND else answered(out).keys() - held.keys())


@pytest.fixture(scope="module")
def undisturbed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an input, and what the local engine makes of it: files, and all that it says."""
    folder = tmp_path_factory.mktemp("undisturbed")
    new = tickets(NEW * SLICES)
    rows = [row for at in range(0, len(new), NEW) for row in new[max(0, at - NEW) : at + NEW]]
    assert len(rows) == ROWS
    source = spoiled(folder / "in.csv", [row | {"id": f"t-{number}"} for number, row in enumerate(rows)])
    process = begun(root, source, folder / "b.csv", "--workers", "2", talk=folder / "talk")
    assert process.wait() == 0, (folder / "talk").read_text(encoding="utf-8")
    return folder


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder for what Ray needs while it runs, whose path is short enough for sockets."""
    with TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def lasting(talk: Path) -> list[str]:
    """Return the lines that a run said, without those that it says as often as it has time for."""
    lines = talk.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not re.fullmatch(r"[\d,]+ rows, [\d,]+/s, \d+%, .+ left", line)]


def told(talk: Path) -> str:
    """Return what a run said, without what depends on its speed."""
    words = " ".join(" ".join(lasting(talk)).split())
    return re.sub(r"[\d,]+ a second", "", words)


def nothing_left(session: int, folder: Path) -> bool:
    """Say whether a run's processes end in time, and whether Ray's folder is gone with them."""
    ends = time.monotonic() + ENDED_WITHIN_S
    while living(session) and time.monotonic() < ends:
        time.sleep(0.05)
    return not living(session) and not list(folder.iterdir())


def test_the_output_and_all_that_is_said_are_those_of_the_local_engine(
    root: Path, tmp_path: Path, undisturbed: Path, short: Path
) -> None:
    process = begun(
        root, undisturbed / "in.csv", tmp_path / "b.csv", *RAY, talk=tmp_path / "talk", RAY_TMPDIR=str(short)
    )
    worked: set[int] = set()
    while process.poll() is None:
        worked |= at_work(process.pid)
        time.sleep(0.05)
    assert process.returncode == 0, (tmp_path / "talk").read_text(encoding="utf-8")
    assert len(worked) == 2
    assert told(tmp_path / "talk") == told(undisturbed / "talk")
    assert nothing_left(process.pid, short)
    assert files(tmp_path, "b.csv") == files(undisturbed, "b.csv")
    assert {file.name for file in tmp_path.iterdir() if file.name != "talk"} == {
        *("b.csv", "b.csv.rejected", "b.csv.summary.json")
    }


def test_killed_at_random_it_ends_the_same(
    root: Path, tmp_path: Path, undisturbed: Path, short: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draw = random.Random(SEED)
    out, killed = tmp_path / "a.csv", 0
    held: Held = {}
    while killed < KILLS:
        process = begun(root, undisturbed / "in.csv", out, *RAY, RAY_TMPDIR=str(short))
        moment = list(Moment)[killed % len(Moment)]
        if not killed_after(process, partial(moment.has_come, process.pid, out, held), draw.uniform(0, moment.value)):
            break
        killed += 1
        assert nothing_left(process.pid, short)
        now = answered(out)
        assert {name: now[name] for name in held} == held  # what was answered is not asked again
        held = now
    assert killed >= (KILLS + 1) // 2  # the last ones may have come after the end
    went_on = batch(root, undisturbed / "in.csv", out, *RAY, RAY_TMPDIR=str(short))
    assert went_on.returncode == 0, went_on.stderr
    with capsys.disabled():
        print(f"\nbatch on Ray: {killed} kills over {ROWS} rows")
    assert files(tmp_path, "a.csv") == files(undisturbed, "b.csv")


def test_an_actor_that_is_killed_is_replaced(root: Path, tmp_path: Path, undisturbed: Path, short: Path) -> None:
    process = begun(
        root, undisturbed / "in.csv", tmp_path / "a.csv", *RAY, talk=tmp_path / "talk", RAY_TMPDIR=str(short)
    )
    worked: set[int] = set()
    awaited(lambda: worked.update(at_work(process.pid)) or worked, process)
    os.kill(worked.pop(), signal.SIGKILL)
    assert process.wait() == 0, (tmp_path / "talk").read_text(encoding="utf-8")
    assert told(tmp_path / "talk") == told(undisturbed / "talk")
    assert files(tmp_path, "a.csv") == files(undisturbed, "b.csv")


def test_either_engine_goes_on_where_the_other_was(root: Path, tmp_path: Path, undisturbed: Path, short: Path) -> None:
    """The one on Ray is interrupted, as by Ctrl-C, which all of its processes get."""
    source, out = undisturbed / "in.csv", tmp_path / "a.csv"
    assert killed_at(begun(root, source, out, "--workers", "1"), out, 1)
    local = kept_rows(out)
    process = begun(root, source, out, *RAY, talk=tmp_path / "talk", RAY_TMPDIR=str(short))
    awaited(lambda: kept_rows(out) > local, process)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait() == 130
    assert nothing_left(process.pid, short)
    assert lasting(tmp_path / "talk")[1:] == [
        f"Goes on behind {local:,} rows.",
        "Interrupted. The same command goes on where it was.",
    ]
    assert local < kept_rows(out) < ROWS
    went_on = batch(root, source, out, "--workers", "1")
    assert went_on.returncode == 0, went_on.stderr
    assert files(tmp_path, "a.csv") == files(undisturbed, "b.csv")


def test_a_cluster_is_used_and_left_running(root: Path, tmp_path: Path, undisturbed: Path, short: Path) -> None:
    key = secrets.token_hex(16)
    token = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    with head(short, token) as (address, session):
        mine = token | {"RAY_ADDRESS": address, "OPENAI_API_KEY": key, "RAY_TMPDIR": str(tmp_path)}
        process = begun(root, undisturbed / "in.csv", tmp_path / "a.csv", *RAY, **mine)
        awaited(lambda: at_work(session), process)
        process.kill()
        process.wait()
        awaited(lambda: not any("MapWorker" in line for line in living(session)))
        done = batch(root, undisturbed / "in.csv", tmp_path / "a.csv", *RAY, **mine)
        assert done.returncode == 0, done.stderr
        assert any("gcs_server" in line for line in living(session))
        assert not [file for file in short.rglob("*") if file.is_file() and key.encode() in file.read_bytes()]
    assert files(tmp_path, "a.csv") == files(undisturbed, "b.csv")
    assert not list(tmp_path.glob("triage-ray-*"))


def test_a_ray_that_ends_early_is_one_line(root: Path, tmp_path: Path, undisturbed: Path, short: Path) -> None:
    process = begun(
        root, undisturbed / "in.csv", tmp_path / "a.csv", *RAY, talk=tmp_path / "talk", RAY_TMPDIR=str(short)
    )
    awaited(lambda: list(short.iterdir()), process)
    for line in living(process.pid):
        if "spawn_main" in line:
            os.kill(int(line.split()[0]), signal.SIGKILL)
    assert process.wait() == 1
    assert lasting(tmp_path / "talk")[1:] == ["Ray ended with exit code -9. The same command goes on where it was."]
    for line in living(process.pid):  # two of Ray's own would go on for a minute
        os.kill(int(line.split()[0]), signal.SIGKILL)


def test_nobody_at_the_address_is_one_line(root: Path, tmp_path: Path, undisturbed: Path) -> None:
    address = f"127.0.0.1:{free_port()}"
    before = time.monotonic()
    done = batch(root, undisturbed / "in.csv", tmp_path / "a.csv", *RAY, RAY_ADDRESS=address)
    assert time.monotonic() - before < 15
    assert done.returncode == 1
    assert done.stderr.count("\n") == 2  # what is read from where, and why not
    assert done.stderr.splitlines()[1].startswith(f"No Ray at {address}: ConnectionRefusedError")


def test_a_bound_on_cost_is_refused(root: Path, tmp_path: Path, undisturbed: Path) -> None:
    done = batch(root, undisturbed / "in.csv", tmp_path / "a.csv", *RAY, "--max-cost", "1")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 2
    assert "--max-cost can't hold" in done.stderr
    assert not (tmp_path / "a.csv.progress").exists()


def test_a_worker_that_can_not_go_on_says_why(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an actor's place: what it returns is what its machine would write."""
    from service.batch.on_ray.actors import Answering

    class Other:
        def __init__(self, hired: Hired) -> None:
            if hired.release == "none":
                raise FileNotFoundError("no such release")

        def says(self) -> dict[str, str]:
            return {"release": "another"}

    monkeypatch.setattr("service.batch.worker.Worker", Other)
    monkeypatch.chdir(root)
    files = SliceFiles(tmp_path)
    files.ask(1, [Asked("t-1", "Where is it?", None, None)])
    table = pa.table({"text": files.asked(1).read_text(encoding="ascii").splitlines()})

    def said(release: str) -> str:
        work = Work(Hired(release, Depth.CLASSIFY), Surroundings(), {"release": release}, tmp_path)
        (row,) = Answering(work)(table).to_pylist()
        assert row["slice"] == 1
        return str(json.loads(row["said"]))

    with patch.dict(os.environ):
        assert "another installation" in said("mine")
        assert said("none") == "no such release"
        assert "another installation" in said("mine")
        assert said("mine") == "The rows t-1 to t-1 ended their worker 3 times. Is there memory enough?"
