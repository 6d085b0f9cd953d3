"""What one run is given: parts chosen by assemble.py, and what belongs to this ticket alone."""

from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date

from agent.deadline import Deadline
from agent.models.protocol import Model
from agent.release import Release
from agent.replies import ReplyTexts
from agent.trace import Tracer
from knowledge.encoder.protocol import Encoder, Vectors
from knowledge.search import Search
from tools.identity import Identity
from tools.shop import Shop
from tools.tool import Tool


@dataclass(frozen=True)
class Deps:
    """Everything a step may use besides the state. `encode` runs the encoder in its own thread."""

    model: Model
    encoder: Encoder
    encode: Callable[[Sequence[str]], Awaitable[Vectors]]
    telling_words: Set[str]
    search: Search
    tools: Mapping[str, Tool]
    shop: Shop
    release: Release
    replies: ReplyTexts
    identity: Identity
    today: date
    deadline: Deadline
    tracer: Tracer
