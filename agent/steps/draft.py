"""Sixth: words for the decision that was taken. A model that can't write, or has no time left, is written for."""

from agent.decision import Flag
from agent.deps import Deps
from agent.evidence import Evidence
from agent.models.ask import ask
from agent.models.protocol import Brief, Draft
from agent.state import State
from agent.trace import StepFailed


async def draft(state: State, deps: Deps) -> State:
    """Ask the model for the words; what they say is believed by nobody before the check."""
    brief = brief_of(state)
    flags = (Flag.DEADLINE,) * (deps.deadline.left() <= 0)
    try:
        words, asked = await ask(
            "write_reply", lambda model, spending: model.write_reply(brief, spending), _is_draft, deps
        )
    except KeyError as problem:  # a text whose evidence is missing; the check repairs or hands over
        deps.tracer.add(StepFailed(step="draft", error=type(problem).__name__))
        return {"flags": flags}
    return {"draft": words, "flags": asked + flags}


def _is_draft(words: Draft) -> bool:
    return isinstance(words.text, str) and all(isinstance(one.text, str) for one in words.quotes)


def brief_of(state: State) -> Brief:
    """Return all that words may be made of."""
    evidence = Evidence(state["passages"], state["tool_evidence"])
    return Brief(state["reading"], state["classification"], state["verdict"], evidence)
