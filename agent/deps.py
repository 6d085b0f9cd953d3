"""What one run is given: parts chosen by assemble.py, and what belongs to this ticket alone."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date

from agent.deadline import Deadline
from agent.models.protocol import Model
from agent.release import Release
from agent.replies import ReplyTexts
from agent.trace import Tracer
from knowledge.reading import Reads
from knowledge.search import Search
from tools.identity import Identity
from tools.shop import Shop
from tools.tool import Tool


@dataclass(frozen=True)
class Deps:
    """Everything a step may use besides the state.

    `embedded` answers where `model` fails; `read` runs the encoder in a thread of its own.
    """

    model: Model
    embedded: Model
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
