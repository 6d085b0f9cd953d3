"""The embedded model: a calibrated head on the encoder's vectors, look-ups from the taxonomy, words from templates."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from agent.evidence import ToolRequest
from agent.models.protocol import Brief, Classification, Draft, Reading
from agent.models.spending import Spending
from agent.replies import ReplyTexts, write
from agent.taxonomy import LOOK_UPS, TAXONOMY, Handling, topic_of
from knowledge.head import Head
from knowledge.reading import Reads

ALTERNATIVES = 3
# With an order number in hand a question is rarely about terms in general: topics that look an order up come first
# where they have at least this share of their category's probability.
LEAST_SHARE_WITH_ORDER = 0.1


class EmbeddedModel:
    """Needs no server and no key; the same ticket gets the same answer."""

    def __init__(self, head: Head, texts: ReplyTexts, version: str) -> None:
        self.name = f"embedded-{version}"
        self.labels = head.labels
        self._head = head
        self._categories = head.categories
        self._membership = head.membership()
        self._texts = texts

    async def classify(self, reading: Reading, reads: Reads, spending: Spending) -> Classification:
        """See Model.classify."""
        return self.classification(self.likely(reads), reading)

    def likely(self, reads: Reads) -> NDArray[np.float64]:
        """Return the probability of each label of the head, in its order, shape (labels,)."""
        likely: NDArray[np.float64] = self._head.label_probabilities(reads)[0]
        return likely

    def classification(self, likely: NDArray[np.float64], reading: Reading) -> Classification:
        """Return what a distribution over the labels says of a ticket."""
        by_category = likely @ self._membership
        order = np.argsort(-by_category, kind="stable")
        categories = [self._categories[place] for place in order]
        shares = [round(min(1.0, float(by_category[place])), 4) for place in order]
        labels = dict(zip(self._head.labels, likely.tolist(), strict=True))
        return Classification(
            category=categories[0],
            topic=_topic(categories[0], labels, with_order=bool(reading.order_ids)),
            confidence=shares[0],
            alternatives=tuple(zip(categories[1 : 1 + ALTERNATIVES], shares[1 : 1 + ALTERNATIVES], strict=True)),
        )

    async def choose_lookups(
        self, reading: Reading, classification: Classification, spending: Spending
    ) -> tuple[ToolRequest, ...]:
        """See Model.choose_lookups: every order named is looked up with the tools that the topic needs."""
        handling = topic_of(classification.category, classification.topic).handling
        tools = LOOK_UPS.get(handling, ())
        return tuple(ToolRequest(tool, order_id) for tool in tools for order_id in reading.order_ids)

    async def write_reply(self, brief: Brief, spending: Spending) -> Draft:
        """See Model.write_reply."""
        return write(brief, self._texts)


def _topic(category: str, labels: Mapping[str, float], *, with_order: bool) -> str:
    topics = {topic: labels[f"{category}/{topic}"] for topic in TAXONOMY[category].topics}
    if with_order:
        needing = {topic: share for topic, share in topics.items() if _looks_up(category, topic)}
        if sum(needing.values()) >= LEAST_SHARE_WITH_ORDER * sum(topics.values()) and needing:
            topics = needing
    return max(topics, key=lambda topic: topics[topic])


def _looks_up(category: str, topic: str) -> bool:
    handling: Handling = topic_of(category, topic).handling
    return handling in LOOK_UPS
