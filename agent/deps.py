"""What one run is given: parts chosen by assemble.py, and what belongs to this ticket alone."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date

from agent.deadline import Deadline
from agent.models.prices import Price
from agent.models.prompts import Prompt
from agent.models.protocol import Model
from agent.release import Release
from agent.replies import ReplyTexts
from agent.trace import Act, ModelCalled, Tracer
from knowledge.reading import Reads
from knowledge.search import Search
from tools.identity import Identity
from tools.shop import Shop
from tools.tool import Tool

MOST_RETRIES = 2  # of large models in one run


@dataclass(frozen=True)
class Deps:
    """Everything a step may use besides the state.

    `embedded` answers where `model` fails; `read` runs the encoder in a thread of its own. `prompts`
    are a large model's prompts, none where none is asked.
    """

    model: Model
    embedded: Model
    prompts: Mapping[Act, Prompt]
    price: Price
    read: Callable[[str], Awaitable[Reads]]
    search: Search
    tools: Mapping[str, Tool]
    shop: Shop
    release: Release
    replies: ReplyTexts
    identity: Identity
    today: date
    deadline: Deadline
    tracer: Tracer

    def retries_left(self) -> int:
        """Return how often the next act of a large model may try again: once, and no more than twice in a run."""
        taken = sum(event.retries for event in self.tracer.events if isinstance(event, ModelCalled))
        return min(1, MOST_RETRIES - taken)
