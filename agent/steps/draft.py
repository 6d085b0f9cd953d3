"""Sixth: words for the decision that was taken. A model that can't write, or has no time left, is written for."""

from agent.decision import Flag
from agent.deps import Deps
from agent.evidence import Evidence
from agent.models.protocol import Brief
from agent.replies import write
from agent.state import State
from agent.trace import StepFailed


async def draft(state: State, deps: Deps) -> State:
    """Ask the model for the words."""
    brief = brief_of(state)
    if deps.deadline.left() <= 0:
        return {"draft": write(brief, deps.replies), "flags": (Flag.DEADLINE,)}
    try:
        return {"draft": await deps.model.write_reply(brief)}
    except KeyError as problem:  # a text whose evidence is missing; the check repairs or hands over
        deps.tracer.add(StepFailed(step="draft", error=type(problem).__name__))
        return {}


def brief_of(state: State) -> Brief:
    """Return all that words may be made of."""
    evidence = Evidence(state["passages"], state["tool_evidence"])
    return Brief(state["reading"], state["classification"], state["verdict"], evidence)
