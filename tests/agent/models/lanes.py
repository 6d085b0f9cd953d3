"""Served processes with a scripted model server each, that take the cases of the fault suite one after the other."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TypeVar

import httpx2

from agent.decision import Decision, Flag
from evals.scripted_server.server import ScriptedServer
from service.client import TriageClient
from tests.agent.models.faulty import KEY, Case, Outcome
from tests.agent.models.talking import CUSTOMER, MODEL, WANTS_MONEY, honest, listening_aside
from tests.service.serving import Served, furnish, serving
from tests.service.stray import listening, stray_variables

T = TypeVar("T")
LANES = 3
MENDS_WITHIN_S = 10.0  # a breaker that has opened pauses for two seconds
ASKED = {"message": WANTS_MONEY, "customer_id": CUSTOMER}


@dataclass(frozen=True)
class Lane:
    """One served process, and the model server that it alone asks."""

    served: Served
    server: ScriptedServer

    def run(self, case: Case, door: str) -> Outcome:
        """Take a ticket through a door while the fault lasts, then have the breaker closed by tickets without one.

        A breaker belongs to a process. So cases follow one another, and each begins with a server that is trusted.
        """
        self.server.journal.clear()
        self.server.script = case.script
        started = time.monotonic()
        decision = self._through(door)
        outcome = Outcome(decision, time.monotonic() - started, self.server.asked)
        self.server.script = lambda _number, _request: None
        self.mend()
        return outcome

    def mend(self) -> None:
        """Ask until the large model has its part again."""
        ends = time.monotonic() + MENDS_WITHIN_S
        while Flag.MODEL_UNAVAILABLE in self._through("chat").flags:
            assert time.monotonic() < ends, "the server works again and is not asked"
            time.sleep(0.2)

    def _through(self, door: str) -> Decision:
        if door == "chat":
            headers = {"Authorization": f"Bearer {self.served.keys['service']}"}
            answer = httpx2.post(f"{self.served.address}/v1/chat", json=ASKED, headers=headers, trust_env=False)
            assert answer.status_code == 200
            return Decision.model_validate_json(answer.content)
        with TriageClient(self.served.address, self.served.keys["service"]) as client:
            events = list(client.stream(WANTS_MONEY, customer_id=CUSTOMER))
        assert [name for name, _ in events if name != "step"] == ["reply", "decision", "done"]
        return Decision.model_validate(events[-2][1], strict=False)


def asking(server: ScriptedServer) -> dict[str, str]:
    """Return the environment of a process that asks this server, and whose client is told to talk of its requests."""
    return {
        "OPENAI_BASE_URL": server.address,
        "OPENAI_API_KEY": KEY,
        "OPENAI_MODEL": MODEL,
        "OPENAI_LOG": "debug",
        "TRIAGE_RELEASE": "llm",
        "TRIAGE_LIMITS": "false",
    }


@contextmanager
def lanes(root: Path, var: Path, folder: Path) -> Iterator[list[Lane]]:
    """Open all lanes at once; each has found out its server's ways, and heeds no variable that is none of its own."""
    with listening() as knocks, ExitStack() as opened, ThreadPoolExecutor(LANES) as starting:

        def start(number: int) -> Lane:
            server = opened.enter_context(listening_aside(ScriptedServer(honest())))
            own = furnish(var, folder / str(number))
            running = serving(root, own, **stray_variables(knocks.port), **asking(server))
            lane = Lane(opened.enter_context(running), server)
            lane.mend()
            return lane

        yield list(starting.map(start, range(LANES)))
    assert knocks.heard == 0


def run_all(open_lanes: list[Lane], due: list[tuple[Case, str]]) -> dict[tuple[Case, str], Outcome | Exception]:
    """Run every case through its door; what fails is kept for the test that asks about it."""
    waiting: SimpleQueue[tuple[Case, str]] = SimpleQueue()
    # Where a request is rejected the server's ways are forgotten, and found out anew in the middle of a case behind it.
    for one in sorted(due, key=lambda one: one[0].kind == "rejected"):
        waiting.put(one)
    came: dict[tuple[Case, str], Outcome | Exception] = {}

    def work(lane: Lane) -> None:
        while (one := _next(waiting)) is not None:
            case, door = one
            try:
                came[case, door] = lane.run(case, door)
            except Exception as problem:
                came[case, door] = problem

    with ThreadPoolExecutor(len(open_lanes)) as workers:
        list(workers.map(work, open_lanes))
    return came


def _next(waiting: SimpleQueue[T]) -> T | None:
    try:
        return waiting.get_nowait()
    except Empty:
        return None
