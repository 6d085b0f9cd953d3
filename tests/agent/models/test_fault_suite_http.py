"""Every fault of a model server through the doors of a served process: a 200 with a whole Decision, in time."""

import asyncio
import json
from itertools import product
from pathlib import Path

import pytest

from agent.assemble import Agent
from agent.decision import Decision
from agent.ticket import Ticket
from tests.agent.models.faulty import SAID_BY_FAULTS, Case, Outcome, cases, told
from tests.agent.models.lanes import lanes, run_all
from tests.agent.models.talking import CUSTOMER, WANTS_MONEY

pytestmark = [pytest.mark.slow, pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.timeout(300)]
DUE = list(product(cases("first call", "look-up turn", "every call"), ("chat", "stream")))


@pytest.fixture(scope="module")
def embedded(agent: Agent) -> Decision:
    """The Decision without a large model."""
    decision, _ = asyncio.run(agent.run(Ticket.of(WANTS_MONEY, customer_id=CUSTOMER)))
    return decision


@pytest.fixture(scope="module")
def came(
    root: Path, var: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> dict[tuple[Case, str], Outcome | Exception]:
    """What came of each case at each door."""
    with lanes(root, var, tmp_path_factory.mktemp("lanes")) as opened:
        found = run_all(opened, DUE)
        said = "".join(lane.served.log() for lane in opened)
    whole = [outcome for outcome in found.values() if isinstance(outcome, Outcome)]
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(f"\nfaults through both doors: {told(whole)}")
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]  # talk comes before the log begins
    assert [line for line in lines if line["level"] not in {"info", "warning"}] == []
    assert [words for words in (*SAID_BY_FAULTS, WANTS_MONEY) if words in said] == []
    return found


@pytest.mark.parametrize(("case", "door"), DUE, ids=str)
def test_a_fault_is_no_fault_of_the_answer(
    case: Case, door: str, came: dict[tuple[Case, str], Outcome | Exception], embedded: Decision
) -> None:
    outcome = came[case, door]
    if isinstance(outcome, Exception):
        raise outcome
    outcome.stands(case, embedded)
