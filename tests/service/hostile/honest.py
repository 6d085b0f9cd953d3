"""A model that is honest and does what its prompts ask, in words as varied as those of many models."""

import json
import random
from dataclasses import dataclass, field

from agent.models.chat import Answered, Dialect, Question
from agent.models.composing import A_QUOTE
from agent.models.spending import Tokens
from agent.taxonomy import LOOK_UPS, topic_of
from evals.statements import Statement


@dataclass
class Honest:
    """A Line; `label` is the right one of the message that is asked about. `placed` are the blanks it used last."""

    draw: random.Random
    words: list[Statement]
    label: str = ""
    placed: list[str] = field(default_factory=list)

    async def ask(self, question: Question, dialect: Dialect, model: str) -> Answered:
        """Answer as the prompt asks."""
        acts = {"classify": self._label, "choose_lookups": self._look_ups, "write_reply": self._reply}
        answer = acts[question.name](question) if question.name in acts else {"word": "kept"}
        return Answered(json.dumps(answer), Tokens(100, 0, 20))

    async def models(self) -> list[str]:
        """Offer one model."""
        return ["honest"]

    async def close(self) -> None:
        """Hold nothing."""

    def _label(self, _question: Question) -> dict[str, object]:
        return {"reason": "It is what the customer wants.", "label": self.label}

    def _look_ups(self, question: Question) -> dict[str, object]:
        tools = LOOK_UPS.get(topic_of(*self.label.split("/")).handling, ())
        ids = _shown(question, "The order numbers:")
        return {"lookups": [{"tool": tool, "order_id": id} for tool in tools for id in ids]}

    def _reply(self, question: Question) -> dict[str, object]:
        """Say what the desk has to say, quote where there is something to quote, and add words of its own."""
        blanks = _shown(question, "The blanks that you may use, with what each will be filled with:")
        passages = _shown(question, "Passages that you may quote by their blanks:")
        needs = _shown(question, "The decision:")["needs"]
        quote = next(iter(passages), None) if A_QUOTE in needs or self.draw.random() < 0.5 else None
        self.placed = [name for name in ("statement" if "statement" in blanks else None, quote) if name]
        own = {kind: self._words(kind) for kind in ("courtesy", "lead", "question")}
        paragraphs = [own["courtesy"]] * (self.draw.random() < 0.5)
        paragraphs += ["$statement"] * ("statement" in self.placed)
        paragraphs += [own["lead"]] * bool(quote) + [f"${quote}"] * bool(quote)
        paragraphs += [own["question"]] * (self.draw.random() < 0.3)
        return {"reply": "\n\n".join(paragraphs)}

    def _words(self, kind: str) -> str:
        return self.draw.choice([one.text for one in self.words if one.kind == kind and "$" not in one.text])


def _shown(question: Question, heading: str) -> dict[str, str]:
    _, _, rest = question.asked.partition(f"{heading}\n")
    found: dict[str, str] = json.JSONDecoder().raw_decode(rest)[0]
    return found
