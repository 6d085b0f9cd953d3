"""The cascade: the embedded classifier decides where it is sure, the large model where it is not; that one writes."""

from dataclasses import dataclass

from agent.answer import Answer
from agent.evidence import ToolRequest
from agent.models.embedded import EmbeddedModel
from agent.models.large import LargeModel
from agent.models.protocol import Brief, Classification, Draft, Reading
from agent.models.spending import Spending
from agent.models.sureness import Sureness, sureness
from knowledge.reading import Reads


@dataclass(frozen=True)
class CascadeModel:
    """Asks the large model for a label where the embedded one is less sure than `below`, as `by` measures it."""

    embedded: EmbeddedModel
    large: LargeModel
    by: Sureness
    below: float

    @property
    def name(self) -> str:
        """Return both names."""
        return f"{self.embedded.name}+{self.large.name}"

    async def classify(self, reading: Reading, reads: Reads, spending: Spending) -> Classification:
        """See Model.classify. What code has understood as an answer keeps its thread's subject, so nobody is asked."""
        own = await self.embedded.classify(reading, reads, spending)
        shares = [own.confidence, *(share for _, share in own.alternatives)]
        if sureness(shares, self.by) >= self.below or reading.answer is not Answer.OF_ITS_OWN:
            return own
        return await self.large.classify(reading, reads, spending)

    async def choose_lookups(
        self, reading: Reading, classification: Classification, spending: Spending
    ) -> tuple[ToolRequest, ...]:
        """See Model.choose_lookups: the taxonomy knows what each topic needs."""
        return await self.embedded.choose_lookups(reading, classification, spending)

    async def write_reply(self, brief: Brief, spending: Spending) -> Draft:
        """See Model.write_reply."""
        return await self.large.write_reply(brief, spending)
