"""Second: embed once, then choose category and topic. The vector serves retrieval too."""

from agent.decision import Flag
from agent.deps import Deps
from agent.state import State
from agent.vectors import pooled
from knowledge.windows import windows


async def classify(state: State, deps: Deps) -> State:
    """Choose category and topic from the ticket's vector, the mean of at most three windows."""
    text = state["ticket"].text
    pieces = windows(text, deps.encoder, deps.telling_words)
    vector = pooled(await deps.encode(pieces), [len(pieces)])[0]
    classification = await deps.model.classify(state["reading"], vector)
    unsure = classification.confidence < deps.release.thresholds.confident
    flags = (Flag.LOW_CONFIDENCE,) * unsure + (Flag.TRUNCATED,) * (len(pieces) > 1 and not state["ticket"].cut)
    return {"vector": vector, "classification": classification, "flags": flags}
