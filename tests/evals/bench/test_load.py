"""The load benchmark: nobody's wait is left out, refusals are told from answers, and a small run from end to end."""

import asyncio
import random
from pathlib import Path

import pytest

from agent.settings import Settings
from evals.bench.load.batching import BatchingPlan, measure_batching
from evals.bench.load.batching_report import batching_sheet
from evals.bench.load.measure import LoadPlan, measure_load
from evals.bench.load.report import level_of, seconds_until_back
from evals.bench.load.sender import Answer, closed_loop, open_loop
from evals.bench.load.sheet import load_sheet
from evals.bench.load.wire import BROKEN, Connections, post
from evals.bench.parts import Parts
from evals.bench.progress import Progress
from evals.bench.terminal import show

LOOPBACK = pytest.mark.allow_hosts(["127.0.0.1"])


class OneAtATime:
    """A service with memory that answers in turn, each within `seconds`."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.turn = asyncio.Lock()
        self.in_progress = 0
        self.most = 0

    async def send(self, _request: bytes) -> int:
        self.in_progress += 1
        self.most = max(self.most, self.in_progress)
        async with self.turn:
            await asyncio.sleep(self.seconds)
        self.in_progress -= 1
        return 200


async def test_an_open_loop_sends_on_and_counts_the_whole_wait() -> None:
    service = OneAtATime(0.02)
    answers = await open_loop(service, [b""], 100, 0.5, random.Random(1))
    assert 30 <= len(answers) <= 70  # 50 on average
    # Twice as much comes as is answered: whoever came last waited for half of all.
    assert max(answer.seconds for answer in answers) >= 0.02 * len(answers) / 3
    assert service.most > len(answers) / 3


async def test_a_closed_loop_never_has_more_in_progress() -> None:
    service = OneAtATime(0.005)
    answers = await closed_loop(service, [b""], 0.2, at_once=4)
    assert service.most == 4
    assert len(answers) >= 8


def test_answers_refusals_and_everything_else_are_told_apart() -> None:
    answers = [Answer(0.1, 200, 0.5)] * 80 + [Answer(0.2, 503, 0.01)] * 500 + [Answer(0.3, 429, 0.02)] * 5
    level = level_of(10, [*answers, Answer(1.0, BROKEN, 0.0), Answer(1.0, 500, 0.0)], 2.0, None)
    assert (level.sent, level.accepted_rate, level.refused) == (587, 40.0, 505)
    assert level.other == {BROKEN: 1, 500: 1}
    assert level.accepted_s["p95"] is not None
    assert level.accepted_s["p95"].value == 0.5


@pytest.mark.parametrize(
    ("a_second", "back"),
    [([10, 10], 1.0), ([2, 8, 10], 2.0), ([0, 0, 0, 7, 9], 5.0), ([3, 3, 3], None), ([], None)],
)
def test_capacity_is_back_in_the_first_second_that_has_four_fifths_of_it(
    a_second: list[int], back: float | None
) -> None:
    after = [Answer(second, 200, 0.5) for second, count in enumerate(a_second) for _ in range(count)]
    refused = [Answer(0.0, 503, 0.1)] * 100
    assert seconds_until_back(after + refused, 10) == back


@LOOPBACK
async def test_connections_are_kept_and_those_that_the_server_closed_are_made_anew() -> None:
    accepted = 0

    async def two_answers_each(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal accepted
        accepted += 1
        for _ in range(2):
            await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(2)
            writer.write(b"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy")
        writer.close()

    async with await asyncio.start_server(two_answers_each, "127.0.0.1", 0) as server:
        connections = Connections("127.0.0.1", server.sockets[0].getsockname()[1])
        request = post("/v1/triage", "test", "key", b"{}")
        assert [await connections.send(request) for _ in range(4)] == [503] * 4
        assert accepted == 2
        await connections.close()
    assert await connections.send(request) == BROKEN


@pytest.fixture
def parts(agent, var: Path):
    with Progress() as progress:
        yield Parts(Settings(var=var), agent, 2, None, progress)  # type: ignore[arg-type] - no library is opened


@pytest.mark.slow
@LOOPBACK
def test_load_from_end_to_end(parts: Parts, capsys: pytest.CaptureFixture[str]) -> None:
    plan = LoadPlan(times=(1, 5), seconds=4.0, capacity_s=4.0, back_s=4.0, warm_up_s=1.0)
    report = measure_load(parts, 1, plan)
    assert report.capacity > 1
    assert not any(level.other for level in report.levels)
    assert report.levels[1].refused > 0
    show(load_sheet(report))
    assert "tickets a second" in capsys.readouterr().out


@pytest.mark.slow
def test_batching_from_end_to_end(parts: Parts, capsys: pytest.CaptureFixture[str]) -> None:
    report = measure_batching(parts, BatchingPlan(tickets=32, repetitions=2))
    assert all(row.texts_a_batch > 1 for row in report.rows)
    assert all(0.3 < (row.ratio.value or 0) < 3 for row in report.rows)
    show(batching_sheet(report))
    assert "times as many tickets" in capsys.readouterr().out
