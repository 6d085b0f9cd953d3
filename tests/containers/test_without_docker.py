"""The whole topology of docker-compose.yml without Docker: Postgres, migration, two workers, a batch, and their end."""

import csv
import hashlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import psutil
import pytest

from service.client import TriageClient
from tests.containers.composed import services
from tests.containers.figures import dashboard, expressions, printed_names, queried_names
from tests.containers.postgres_here import PostgresHere
from tests.containers.topology import Topology
from tests.knowledge.chroma_server import free_port

pytestmark = [pytest.mark.slow, pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.timeout(300)]
BUILT = ("encoder", "knowledge")
NOT_IN_THE_IMAGE = ("torch", "sentence_transformers", "transformers", "onnx", "onnxscript", "sklearn")
TICKETS = (("t-1", "Where is my parcel? It is a week late."), ("t-2", "I forgot my password."), ("t-3", "Cancel it!"))


@pytest.fixture
def built(var: Path, tmp_path: Path) -> Iterator[Path]:
    """What the stage `building` leaves, in a folder that nobody may write to."""
    folder = tmp_path / "built"
    for part in BUILT:
        shutil.copytree(var / part, folder / part)
    places = [folder, *folder.rglob("*")]
    for place in places:
        place.chmod(place.stat().st_mode & ~0o222)
    yield folder
    for place in places:
        place.chmod(place.stat().st_mode | 0o200)


@pytest.fixture
def topology(root: Path, built: Path, installed: Path, tmp_path: Path) -> Iterator[Topology]:
    """All services, none of them started. The code is what the image installs, where torch can't be imported."""
    for module in NOT_IN_THE_IMAGE:
        (installed / f"{module}.py").write_text("raise ImportError('not in the image')\n", encoding="utf-8")
    known, port = services(root), free_port()
    for name in ("data", "containers"):
        (tmp_path / name).mkdir()
    # Not among pytest's own folders, which are closed to the user that Postgres runs as under root.
    with TemporaryDirectory(prefix="triage-postgres-") as folder:
        postgres = PostgresHere(Path(folder), free_port(), known["postgres"].environment)
        places = {
            "/app/entrypoint.sh": str(root / "containers" / "entrypoint.sh"),
            "/app/ready.py": str(root / "containers" / "ready.py"),
            "/app/built": str(built),
            "/data": str(tmp_path / "data"),
            "/venv/bin": str(Path(sys.executable).parent),
            "0.0.0.0": "127.0.0.1",  # noqa: S104 - that it is this machine alone
            "8000": str(port),
            "postgres:5432": f"127.0.0.1:{postgres.port}",
        }
        for one in known.values():
            one.environment["PYTHONPATH"] = str(installed)
        with Topology(known, places, postgres, tmp_path / "containers") as topology:
            yield topology


def test_the_whole_topology(root: Path, topology: Topology, built: Path, tmp_path: Path) -> None:
    before = contents(built)
    secret = first_key(topology)
    assert list(topology.running) == ["postgres", "migrate"]
    searched = topology.run("triage", "knowledge", "search", "can I return opened bedding?")
    assert (searched.returncode, "return" in searched.stdout) == (0, True), searched.stderr
    topology.up("triage")
    topology.healthy("triage")
    assert list(topology.running) == ["postgres", "migrate", "triage"]
    assert len(workers(topology)) == 2
    decide_tickets(root, topology, secret)
    classify_a_file(topology, tmp_path / "data")
    assert topology.stop("triage") == 0
    assert topology.stop("postgres") == 0
    assert contents(built) == before


def first_key(topology: Topology) -> str:
    """Make it as the README says, before there is a service; without one there would be none."""
    refused = topology.run("triage")
    assert (refused.returncode, "triage keys create" in refused.stderr) == (1, True)
    made = topology.run("triage", "keys", "create", "admin", "first")
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


def decide_tickets(root: Path, topology: Topology, secret: str) -> None:
    address = topology.address()
    with TriageClient(address, secret) as client:
        decision = client.triage("I want my money back for A-10234", customer_id="C-1001")
    assert decision.next_action == "offer_refund"
    assert decision.citations
    listed = topology.exec("triage", "triage", "traces", "list")
    assert decision.trace_id in listed.stdout
    printed = printed_names(httpx2.get(f"{address}/metrics", trust_env=False).text)
    for expression in expressions(dashboard(root)):
        assert queried_names(expression) <= printed, expression


def classify_a_file(topology: Topology, data: Path) -> None:
    with (data / "tickets.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "text"), *TICKETS])
    done = topology.run("batch")
    assert done.returncode == 0, done.stderr
    with (data / "classified.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["id"], row["category"]) for row in rows] == [
        ("t-1", "order_shipping"),
        ("t-2", "account_access"),
        ("t-3", "cancellation"),
    ]


def workers(topology: Topology) -> list[psutil.Process]:
    """Return the processes that serve, beside the one that started them."""
    children = psutil.Process(topology.running["triage"].process.pid).children()
    return [child for child in children if "spawn_main" in " ".join(child.cmdline())]


def contents(folder: Path) -> dict[str, tuple[int, str]]:
    """Return what is in a folder, and when it was changed."""
    return {
        str(file.relative_to(folder)): (file.stat().st_mtime_ns, hashlib.sha256(file.read_bytes()).hexdigest())
        for file in folder.rglob("*")
        if file.is_file()
    }
