"""Third: the passages that may be quoted. None that is good enough is an answer too."""

from agent.deps import Deps
from agent.state import State
from agent.trace import PassageFound, StepFailed
from knowledge.errors import PartUnavailable

QUESTION = 2000  # characters of the question that the lexical half reads


def retrieve(state: State, deps: Deps) -> State:
    """Search the policies with the question's vector and words."""
    try:
        found = deps.search.find(
            state["question"][:QUESTION], state["vector"], deps.today, state["classification"].category
        )
    except PartUnavailable as problem:
        deps.tracer.add(StepFailed(step="retrieve", error=type(problem).__name__))
        found = []
    for one in found:
        deps.tracer.add(PassageFound(passage_id=one.passage.id, score=round(one.score, 4)))
    return {"passages": tuple(found)}
