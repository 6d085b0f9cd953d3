"""Real answers of the agent, right in everything, from which each test takes away one thing."""

import asyncio

import pytest

from agent.assemble import Agent
from evals.cases.case import Case
from evals.subjects.agent import AgentSubject
from evals.subjects.subject import Answer
from tests.evals.conftest import claim, question


def answered(agent: Agent, case: Case) -> tuple[Case, Answer]:
    return case, asyncio.run(AgentSubject(agent, "agent").answer(case))


@pytest.fixture(scope="session")
def claimed(agent: Agent) -> tuple[Case, Answer]:
    """A claim that was offered its refund."""
    return answered(agent, claim())


@pytest.fixture(scope="session")
def asked(agent: Agent) -> tuple[Case, Answer]:
    """A policy question that was answered with a quote."""
    return answered(agent, question())
