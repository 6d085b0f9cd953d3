"""Second: embed once, then choose category and topic. The vector serves retrieval too."""

from agent.decision import Flag
from agent.deps import Deps
from agent.models.ask import ask
from agent.models.protocol import Classification
from agent.state import State
from agent.taxonomy import TAXONOMY


async def classify(state: State, deps: Deps) -> State:
    """Choose category and topic from what is read of the ticket, at most three windows."""
    reads = await deps.read(state["ticket"].text)
    classification, _ = await ask("classify", lambda model: model.classify(state["reading"], reads), in_taxonomy, deps)
    unsure = classification.confidence < deps.release.thresholds.confident
    flags = (Flag.LOW_CONFIDENCE,) * unsure + (Flag.TRUNCATED,) * (reads.windows[0] > 1 and not state["ticket"].cut)
    return {"vector": reads.vectors[0], "classification": classification, "flags": flags}


def in_taxonomy(classification: Classification) -> bool:
    """Say whether every category and the topic exist, and every confidence is a share."""
    rule = TAXONOMY.get(classification.category)
    if rule is None or classification.topic not in rule.topics:
        return False
    others = classification.alternatives
    shares = (classification.confidence, *(share for _, share in others))
    return all(name in TAXONOMY for name, _ in others) and all(0 <= share <= 1 for share in shares)
