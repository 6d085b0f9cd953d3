"""A model that says what it was told to say: for tests and evals, where a model must be wrong or hostile on purpose."""

from collections.abc import Callable
from dataclasses import dataclass

from agent.evidence import ToolRequest
from agent.models.protocol import Brief, Classification, Draft, Model, Reading
from agent.models.spending import Spending
from knowledge.reading import Reads


@dataclass
class ScriptedModel:
    """Answers from functions where they are given, else like the model it stands in for."""

    beneath: Model
    name: str = "scripted"
    on_classify: Callable[[Reading], Classification] | None = None
    on_lookups: Callable[[Reading, Classification], tuple[ToolRequest, ...]] | None = None
    on_reply: Callable[[Brief], Draft] | None = None

    async def classify(self, reading: Reading, reads: Reads, spending: Spending) -> Classification:
        """See Model.classify."""
        if self.on_classify:
            return self.on_classify(reading)
        return await self.beneath.classify(reading, reads, spending)

    async def choose_lookups(
        self, reading: Reading, classification: Classification, spending: Spending
    ) -> tuple[ToolRequest, ...]:
        """See Model.choose_lookups."""
        if self.on_lookups:
            return self.on_lookups(reading, classification)
        return await self.beneath.choose_lookups(reading, classification, spending)

    async def write_reply(self, brief: Brief, spending: Spending) -> Draft:
        """See Model.write_reply."""
        return self.on_reply(brief) if self.on_reply else await self.beneath.write_reply(brief, spending)
