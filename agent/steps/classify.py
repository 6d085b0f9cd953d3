"""Second: embed once, then choose category and topic, or keep the thread's. The vector serves retrieval too."""

from agent.answer import telling_words
from agent.continuing import continued
from agent.decision import Flag
from agent.deps import Deps
from agent.models.ask import ask
from agent.models.protocol import Classification
from agent.state import State
from agent.taxonomy import TAXONOMY
from agent.ticket import Ticket
from agent.trace import Classified


async def classify(state: State, deps: Deps) -> State:
    """Choose category and topic from what is read of the ticket, at most three windows."""
    ticket, reading = state["ticket"], state["reading"]
    reads = await deps.read(ticket.text)
    said, asked = await ask(
        "classify", lambda model, spending: model.classify(reading, reads, spending), in_taxonomy, deps
    )
    classification, kept = continued(said, reading, deps.release.thresholds)
    deps.tracer.add(
        Classified(
            category=classification.category,
            topic=classification.topic,
            confidence=classification.confidence,
            kept=kept,
        )
    )
    question = _with_what_it_follows(ticket) if kept else ticket.text
    vector = reads.vectors[0] if question == ticket.text else (await deps.read(question)).vectors[0]
    unsure = classification.confidence < deps.release.thresholds.confident
    flags = asked + (Flag.LOW_CONFIDENCE,) * unsure + (Flag.TRUNCATED,) * (reads.windows[0] > 1 and not ticket.cut)
    return {"vector": vector, "question": question, "classification": classification, "flags": flags}


def _with_what_it_follows(ticket: Ticket) -> str:
    """Return the message behind the last one of the customer that says what it is about: alone it finds nothing."""
    said = (turn.text for turn in reversed(ticket.earlier) if turn.role == "customer")
    about = next((text for text in said if len(telling_words(text)) > 1), "")
    return f"{about}\n{ticket.text}" if about else ticket.text


def in_taxonomy(classification: Classification) -> bool:
    """Say whether every category and the topic exist, and every confidence is a share."""
    rule = TAXONOMY.get(classification.category)
    if rule is None or classification.topic not in rule.topics:
        return False
    others = classification.alternatives
    shares = (classification.confidence, *(share for _, share in others))
    return all(name in TAXONOMY for name, _ in others) and all(0 <= share <= 1 for share in shares)
