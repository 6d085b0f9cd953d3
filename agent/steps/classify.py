"""Second: embed once, then choose category and topic. The vector serves retrieval too."""

from agent.decision import Flag
from agent.deps import Deps
from agent.state import State


async def classify(state: State, deps: Deps) -> State:
    """Choose category and topic from the ticket's vector, the mean of at most three windows."""
    text = await deps.read(state["ticket"].text)
    classification = await deps.model.classify(state["reading"], text.vector)
    unsure = classification.confidence < deps.release.thresholds.confident
    flags = (Flag.LOW_CONFIDENCE,) * unsure + (Flag.TRUNCATED,) * (text.windows > 1 and not state["ticket"].cut)
    return {"vector": text.vector, "classification": classification, "flags": flags}
