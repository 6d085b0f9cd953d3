"""Every fault of a model server at every place of a ticket: the Decision is what code decides, in time, every time."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.assemble import Agent
from agent.decision import Decision
from agent.models.chat import PASSING, Fault
from agent.ticket import Ticket
from evals.scripted_server.faults import FAULTS
from evals.scripted_server.server import ScriptedServer
from tests.agent.models.faulty import AT_ONCE, KEY, PLAN, Case, Outcome, cases
from tests.agent.models.talking import CUSTOMER, WANTS_MONEY, honest, talking

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
MEANS = {
    Fault.BUSY: "busy_for_a_moment busy_for_long busy_until_a_date busy unavailable overloaded",
    Fault.REFUSED: "no_quota unauthorised forbidden no_such_model redirects",
    Fault.REJECTED: "rejected",
    Fault.TOO_LONG: "context_overflow",
    Fault.BROKEN: "broken bad_gateway sets_cookie",
    Fault.TIMED_OUT: "hangs drips keeps_alive",
    Fault.CUT: "resets cuts_off no_finish_reason finish_length",
    Fault.UNREADABLE: "corrupt_event html empty empty_stream null choices_null choices_empty",
    Fault.UNUSABLE: "finish_filter content_null refusal not_json truncated_json two_objects single_quotes a_key_twice "
    "extra_keys wrong_choice wrong_types deeply_nested a_hundred_calls",
    Fault.TOO_LARGE: "huge compressed",
}
MEANT = {kind: fault for fault, kinds in MEANS.items() for kind in kinds.split()}
WAITS_TOO_LONG = {"busy_for_long", "busy_until_a_date"}  # no time is left for a second try
CameOf = Callable[[Case], Outcome]


@pytest.fixture(scope="module")
def embedded(agent: Agent) -> Decision:
    """The Decision without a large model."""
    decision, _ = asyncio.run(agent.run(Ticket.of(WANTS_MONEY, customer_id=CUSTOMER)))
    return decision


@pytest.fixture(scope="module")
def came_of(agent: Agent, tmp_path_factory: pytest.TempPathFactory) -> CameOf:
    """What came of a case; all cases of a place are run when the first is asked about, some at once.

    Each has a server, an agent and with it a breaker of its own, so that none is spared by the one before it.
    """
    known: dict[Case, Outcome] = {}

    def look_up(case: Case) -> Outcome:
        if case not in known:
            known.update(asyncio.run(_run(agent, cases(case.place), tmp_path_factory.mktemp("faults"))))
        return known[case]

    return look_up


async def _run(agent: Agent, due: list[Case], folder: Path) -> dict[Case, Outcome]:
    free = asyncio.Semaphore(AT_ONCE)

    async def one(case: Case) -> tuple[Case, Outcome]:
        async with free, talking(agent, folder / case.kind, server=ScriptedServer(honest()), api_key=KEY) as talk:
            talk.server.script = case.script
            started = time.perf_counter()
            decision, trace = await talk.ask()
            return case, Outcome(decision, time.perf_counter() - started, talk.server.asked, trace)

    return dict(await asyncio.gather(*(one(case) for case in due)))


@pytest.mark.slow
@pytest.mark.parametrize("case", cases("every call"), ids=str)
def test_where_every_call_fails_code_decides(case: Case, came_of: CameOf, embedded: Decision) -> None:
    outcome = came_of(case)
    outcome.stands(case, embedded)
    fault = MEANT[case.kind]
    assert outcome.failures()["classify"] == fault
    tries = 2 if fault in PASSING and case.kind not in WAITS_TOO_LONG else 1
    assert outcome.asked[:3].count("classify") == tries


@pytest.mark.slow
@pytest.mark.parametrize("case", cases("first call", "look-up turn", "reply"), ids=str)
def test_a_fault_at_one_place_changes_nothing_that_matters(case: Case, came_of: CameOf, embedded: Decision) -> None:
    outcome = came_of(case)
    outcome.stands(case, embedded)
    failing = {"first call": "classify", "look-up turn": "choose_lookups", "reply": "write_reply"}[case.place]
    settled = MEANT[case.kind] is Fault.REFUSED
    later = set(PLAN[PLAN.index(failing) + 1 :])
    assert set(outcome.failures()) - {failing} <= (later if settled else set())


def test_every_fault_has_a_meaning() -> None:
    assert set(MEANT) == set(FAULTS)
