"""Third: the passages that may be quoted. None that is good enough is an answer too."""

import asyncio
from functools import partial

from agent.deps import Deps
from agent.state import State
from agent.trace import PassageFound, StepFailed
from knowledge.errors import PartUnavailable

WAITS = 1.0  # seconds for a server of passages, whatever it waits for
QUESTION = 2000  # characters of the question that the lexical half reads


async def retrieve(state: State, deps: Deps) -> State:
    """Search the policies with the question's vector and words; a server is waited for beside the event loop."""
    question, category = state["question"][:QUESTION], state["classification"].category
    find = partial(deps.search.find, question, state["vector"], deps.today, category)
    try:
        if deps.search.waits:
            async with asyncio.timeout(min(WAITS, deps.deadline.left())):
                found = await asyncio.to_thread(find)
        else:
            found = find()
    except (PartUnavailable, TimeoutError) as problem:
        deps.tracer.add(StepFailed(step="retrieve", error=type(problem).__name__))
        found = []
    for one in found:
        deps.tracer.add(PassageFound(passage_id=one.passage.id, score=round(one.score, 4)))
    return {"passages": tuple(found)}
