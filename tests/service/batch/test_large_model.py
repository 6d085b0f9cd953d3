"""A batch that asks a large model: a busy server is waited for; one that is gone, or a bound on cost, ends the run."""

import asyncio
import socket
from pathlib import Path

import pytest

from agent.bulk import Assessment, Done
from agent.decision import Usage
from agent.taxonomy import Priority
from agent.ticket import Ticket
from evals.scripted_server.minds import Honest
from evals.scripted_server.server import ScriptedServer
from service.batch.patience import PAUSES_S, ServerGone, insisted
from service.batch.run import ROWS_ASKED
from service.batch.worker import NO_NAME
from tests.processes import Done as Ended
from tests.service.batch.batches import batch, begun, killed_at, read_jsonl, tickets, write_jsonl

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
ROWS = 40
AT_ONCE = 8  # as `--at-once` is unless told


def honest() -> Honest:
    return Honest(lambda _message: "refund_request/claim")


def asking(server: ScriptedServer, **prices: str) -> dict[str, str]:
    return {"OPENAI_BASE_URL": server.address, "OPENAI_API_KEY": "test-key", "OPENAI_MODEL": "scripted-1", **prices}


async def run(root: Path, folder: Path, server: ScriptedServer, *options: str, **prices: str) -> Ended:
    target = folder / "out.jsonl"
    source = folder / "in.jsonl"
    if not source.exists():
        write_jsonl(source, tickets(ROWS))
    arguments = (source, target, "--release", "llm", *options)
    return await asyncio.to_thread(lambda: batch(root, *arguments, **asking(server, **prices)))


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["busy_for_a_moment", "unavailable"])
async def test_a_server_that_is_busy_is_waited_for(root: Path, tmp_path: Path, fault: str) -> None:
    """Every third request is refused; every row gets the model's answer all the same."""
    server = ScriptedServer(honest(), lambda number, _request: fault if number % 3 == 2 else None)
    async with server.listening():
        done = await run(root, tmp_path, server)
    assert done.returncode == 0, done.stderr
    found = read_jsonl(tmp_path / "out.jsonl")
    assert len(found) == ROWS
    assert not [row for row in found if "model_unavailable" in str(row["flags"])]
    assert f"{len(server.asked):,} calls" in done.stderr


@pytest.mark.slow
async def test_a_bound_on_cost_stops_and_the_same_command_goes_on(root: Path, tmp_path: Path) -> None:
    prices = {"TRIAGE_PRICE_INPUT": "1", "TRIAGE_PRICE_OUTPUT": "1"}
    server = ScriptedServer(honest())
    async with server.listening():
        stopped = await run(root, tmp_path, server, "--max-cost", "0.005", **prices)
        asked = len(server.asked)
        done = await run(root, tmp_path, server, **prices)
    assert stopped.returncode == 1
    assert "of 0.005" in stopped.stderr
    assert not (tmp_path / "out.jsonl.progress" / "output").exists()
    assert done.returncode == 0, done.stderr
    assert 0 < asked < len(server.asked)
    assert [row["id"] for row in read_jsonl(tmp_path / "out.jsonl")] == [row["id"] for row in tickets(ROWS)]


@pytest.mark.slow
async def test_a_kill_costs_no_more_than_what_was_under_way(root: Path, tmp_path: Path) -> None:
    """Each row is asked for once, and again only where it was of a slice under way, or next in the server's hands."""
    source, target = write_jsonl(tmp_path / "in.jsonl", tickets(ROWS)), tmp_path / "out.jsonl"
    server = ScriptedServer(honest(), delay_s=0.05)
    killed = 0
    async with server.listening():
        for rows in (0, ROWS_ASKED, 2 * ROWS_ASKED):
            known = len(server.asked)
            process = begun(root, source, target, "--release", "llm", **asking(server))
            while len(server.asked) < known + ROWS_ASKED // 2:  # half a slice
                assert process.poll() is None
                await asyncio.sleep(0.01)
            killed += await asyncio.to_thread(killed_at, process, target, rows)
        done = await run(root, tmp_path, server)
    assert done.returncode == 0, done.stderr
    assert killed >= 2
    assert [row["id"] for row in read_jsonl(target)] == [row["id"] for row in tickets(ROWS)]
    assert ROWS + 1 < len(server.asked) <= ROWS + killed * (ROWS_ASKED + AT_ONCE)


@pytest.mark.slow
async def test_a_bound_on_cost_needs_a_price(root: Path, tmp_path: Path) -> None:
    server = ScriptedServer(honest())
    async with server.listening():
        done = await run(root, tmp_path, server, "--max-cost", "1")
    assert done.returncode == 2
    assert "TRIAGE_PRICE_INPUT" in done.stderr
    assert not (tmp_path / "out.jsonl.progress").exists()


@pytest.mark.slow
def test_a_model_that_nobody_names_begins_no_run(root: Path, tmp_path: Path) -> None:
    """The server would say its name, and is away: what it wrote later could not be told from another model's."""
    source = write_jsonl(tmp_path / "in.jsonl", tickets(ROWS))
    with socket.create_server(("127.0.0.1", 0)) as ear:
        address = f"http://127.0.0.1:{ear.getsockname()[1]}/v1"
    done = batch(root, source, tmp_path / "out.jsonl", "--release", "llm", OPENAI_BASE_URL=address)
    assert done.returncode == 1
    assert done.stderr.splitlines()[1:] == [NO_NAME]
    assert not (tmp_path / "out.jsonl.progress").exists()


def assessed(*failures: str, calls: int = 1) -> Done[Assessment]:
    usage = Usage(input_tokens=10, output_tokens=1, llm_calls=calls, cost_usd=0.5)
    return Done(Assessment("a", 0.5, Priority.LOW, (), "r", usage), failures)


class Server:
    """Answers in order, and remembers what it was asked."""

    def __init__(self, *answers: list[Done[Assessment]]) -> None:
        self.answers = list(answers)
        self.asked: list[int] = []
        self.pauses: list[float] = []

    async def act(self, tickets: list[Ticket]) -> list[Done[Assessment]]:
        self.asked.append(len(tickets))
        return self.answers.pop(0)

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)


TICKETS = [Ticket.of("one"), Ticket.of("two")]


async def test_only_what_was_lost_is_asked_again_and_all_of_it_is_paid_for() -> None:
    server = Server([assessed(), assessed("busy")], [assessed("shut_off", calls=0)], [assessed()])
    first, second = await insisted(server.act, TICKETS, server.pause)  # type: ignore[arg-type]
    assert server.asked == [2, 1, 1]
    assert server.pauses == list(PAUSES_S[:2])
    assert first.result.usage.llm_calls == 1
    assert (second.result.usage.llm_calls, second.result.usage.input_tokens) == (2, 30)
    assert second.result.usage.cost_usd == 1.5


async def test_what_another_try_can_not_mend_is_kept() -> None:
    server = Server([assessed("too_long"), assessed("unusable")])
    await insisted(server.act, TICKETS, server.pause)  # type: ignore[arg-type]
    assert server.pauses == []


async def test_a_server_that_stays_away_ends_the_run() -> None:
    server = Server([assessed("timed_out"), assessed()], *([assessed("unreachable")] for _ in PAUSES_S))
    with pytest.raises(ServerGone, match="unreachable"):
        await insisted(server.act, TICKETS, server.pause)  # type: ignore[arg-type]
    assert server.pauses == list(PAUSES_S)
