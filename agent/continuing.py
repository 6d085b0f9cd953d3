"""What a message is about, given what its thread is about. The thread's subject changes on clear evidence only."""

from agent.answer import Answer, telling_words, turns_away
from agent.models.protocol import Classification, Reading
from agent.release import Thresholds
from agent.taxonomy import LOOK_UPS, TAXONOMY, Handling
from agent.thread import PASSING, Subject, Thread
from tools.orders import order_id_mentions

TO_WHAT_IS_OPEN = frozenset({Answer.GIVES, Answer.CANNOT_SAY, Answer.CONFIRMS, Answer.RESUMES, Answer.DECLINES})
# Few words that no category knows look like small talk; with fewer telling ones than this they are not taken for it.
FEWEST_TO_REFUSE = 2


def continued(said: Classification, reading: Reading, thresholds: Thresholds) -> tuple[Classification, bool]:
    """Return the classification that holds, and whether it is the thread's and not the message's own."""
    thread, text = reading.ticket.thread, reading.ticket.text
    if thread is None:
        return said, False
    clear = _clear(said, text, thresholds)
    if clear and reading.answer is Answer.GIVES and turns_away(text):
        return said, False
    if reading.answer in TO_WHAT_IS_OPEN and thread.pending is not None:
        return _as(thread.pending, said, text), True
    if clear and reading.answer is Answer.OF_ITS_OWN and not _asks_on(said, thread):
        return said, False
    if reading.answer in {Answer.OF_ITS_OWN, Answer.VAGUE} and not _settled(thread, thresholds) and telling_words(text):
        return said, False
    return _as(thread.about, said, text), True


def _clear(said: Classification, text: str, thresholds: Thresholds) -> bool:
    refuses = _handling(said) is Handling.REFUSE
    return said.confidence >= thresholds.switch and (not refuses or len(telling_words(text)) >= FEWEST_TO_REFUSE)


def _asks_on(said: Classification, thread: Thread) -> bool:
    """Say whether it asks in general about what this customer has said yes to: "when do I get my money?" is of that."""
    in_general = said.category == thread.about.category and _handling(said) not in LOOK_UPS
    return thread.confirmed is not None and thread.about.handling in LOOK_UPS and in_general


def _settled(thread: Thread, thresholds: Thresholds) -> bool:
    """Say whether the thread has a subject to be held on to, and no guess or pleasantry."""
    return thread.about.confidence >= thresholds.confident and thread.about.handling not in PASSING


def _as(subject: Subject, said: Classification, text: str) -> Classification:
    """Return the subject as the classification; what the message looked like by itself is an alternative."""
    shares = ((said.category, said.confidence), *said.alternatives)
    others = tuple(share for share in shares if share[0] != subject.category)[: len(said.alternatives)]
    return Classification(subject.category, _topic(subject, text), subject.confidence, others)


def _topic(subject: Subject, text: str) -> str:
    """Return the subject's topic; whoever then names an order wants it looked up and no terms in general."""
    if subject.handling in LOOK_UPS or not order_id_mentions(text):
        return subject.topic
    topics = TAXONOMY[subject.category].topics
    return next((name for name, topic in topics.items() if topic.handling in LOOK_UPS), subject.topic)


def _handling(classification: Classification) -> Handling:
    return TAXONOMY[classification.category].topics[classification.topic].handling
