"""A large model behind the seam: three narrow prompts, each with a closed form of answer. What it says, code checks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent.evidence import ToolRequest
from agent.models.chat import Question
from agent.models.composing import composed, material
from agent.models.embedded import EmbeddedModel
from agent.models.forms import LabelAnswer, LookUpsAnswer, ReplyAnswer, reads, schema_of
from agent.models.fusion import fused
from agent.models.prompts import Prompt
from agent.models.protocol import Brief, Classification, Draft, Reading
from agent.models.server import ModelServer
from agent.models.spending import Spending
from agent.release import Large
from agent.replies import ReplyTexts
from agent.trace import Act
from knowledge.reading import Reads

READ_OF_TEXT = 6000  # characters of a message that are sent: what a customer means stands at its beginning or end
READ_OF_TURN = 600
EARLIER_TURNS = 4
_LABEL = reads(LabelAnswer, "classify")
_LOOK_UPS = reads(LookUpsAnswer, "choose_lookups")
_REPLY = reads(ReplyAnswer, "write_reply")


@dataclass(frozen=True)
class LargeModel:
    """Asks a server for each act. Its label is weighed against what the embedded model holds likely."""

    server: ModelServer
    prompts: Mapping[Act, Prompt]
    settings: Large
    embedded: EmbeddedModel
    texts: ReplyTexts

    @property
    def name(self) -> str:
        """Return the name of the model that the server runs."""
        return self.server.name

    async def classify(self, reading: Reading, reads: Reads, spending: Spending) -> Classification:
        """See Model.classify."""
        chosen = self.embedded.labels.index(await self.label(reading, spending))
        return self.embedded.classification(fused(self.embedded.likely(reads), chosen, self.settings.trust), reading)

    async def label(self, reading: Reading, spending: Spending) -> str:
        """Return the label that the large model chooses, before it is weighed."""
        question = self._question("classify", ticket=told(reading))
        return (await self.server.ask(question, _LABEL, spending)).label

    async def choose_lookups(
        self, reading: Reading, classification: Classification, spending: Spending
    ) -> tuple[ToolRequest, ...]:
        """See Model.choose_lookups."""
        label = f"{classification.category}/{classification.topic}"
        question = self._question("choose_lookups", ticket=told(reading), label=label, order_ids=reading.order_ids)
        answer = await self.server.ask(question, _LOOK_UPS, spending)
        return tuple(ToolRequest(one.tool, one.order_id) for one in answer.lookups)

    async def write_reply(self, brief: Brief, spending: Spending) -> Draft:
        """See Model.write_reply."""
        given = material(brief, self.texts)
        question = self._question(
            "write_reply",
            ticket=told(brief.reading),
            decision=given.decision,
            blanks=given.blanks,
            passages=given.passages,
        )
        return await self.server.ask(question, lambda content: composed(_REPLY(content).reply, given), spending)

    def _question(self, act: Act, **blanks: Any) -> Question:
        prompt = self.prompts[act]
        return Question(
            name=act,
            stable=prompt.stable,
            asked=prompt.asked(**blanks),
            schema=schema_of(act),
            most_tokens=prompt.most_tokens,
            temperature=self.settings.temperature,
            streamed=act == "write_reply",
        )


def told(reading: Reading) -> dict[str, object]:
    """Return what a prompt shows of a ticket: the message, and the last turns before it."""
    ticket, text = reading.ticket, reading.ticket.text
    if len(text) > READ_OF_TEXT:
        text = f"{text[: READ_OF_TEXT // 2]} [...] {text[-READ_OF_TEXT // 2 :]}"
    before = [{"who": turn.role, "said": turn.text[:READ_OF_TURN]} for turn in ticket.earlier[-EARLIER_TURNS:]]
    return {"before": before, "message": text} if before else {"message": text}
