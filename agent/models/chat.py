"""What goes to a chat server and comes back, whatever carries it: one question, one JSON answer, or a failure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from agent.models.spending import Tokens

LONGEST_NAME = 200


class Way(StrEnum):
    """How a server is made to answer in a schema, the strongest first."""

    JSON_SCHEMA = "json_schema"  # the server lets nothing else through
    TOOL = "tool"  # as the arguments of a function that has to be called
    JSON_OBJECT = "json_object"  # JSON, with the schema beside it for servers that heed it
    TEXT = "text"  # asked for in words


def names_model(text: str) -> bool:
    """Say whether a text can be a model's name: Decisions, traces and messages show it as it is."""
    return 0 < len(text) <= LONGEST_NAME and text.isprintable()


@dataclass(frozen=True)
class Dialect:
    """How a server wants to be spoken to. `limit` names the field that bounds an answer's tokens."""

    way: Way = Way.TEXT
    limit: str = "max_tokens"
    temperature: bool = True


@dataclass(frozen=True)
class Question:
    """One request. `stable` is the same for every ticket and comes first, so that servers can keep its prefix."""

    name: str
    stable: str
    asked: str
    schema: Mapping[str, Any]
    most_tokens: int
    temperature: float = 0.0
    streamed: bool = False


@dataclass(frozen=True)
class Answered:
    """The JSON text of an answer, and what the server counted for it (None where it does not tell)."""

    content: str
    tokens: Tokens | None


class Fault(StrEnum):
    """The kinds of failure, as traces show them; no text of a server is ever kept."""

    UNREACHABLE = "unreachable"
    BUSY = "busy"  # asked to come back later
    BROKEN = "broken"  # the server's own error
    REFUSED = "refused"  # key, permission, quota, unknown model
    REJECTED = "rejected"  # the request itself was not accepted
    TOO_LONG = "too_long"  # the request is more than the model can read at once
    TIMED_OUT = "timed_out"
    CUT = "cut"  # ended without saying that it is complete
    UNREADABLE = "unreadable"  # not what the protocol says
    TOO_LARGE = "too_large"
    UNUSABLE = "unusable"  # readable, and not an answer in the schema
    SHUT_OFF = "shut_off"  # not asked: the breaker is open
    NO_TIME = "no_time"  # not asked: too little of the deadline is left
    UNNAMED = "unnamed"  # no model is named, and the server does not offer exactly one


# Another try can mend these. What a server refuses or rejects stays refused, and time that has run out is gone.
PASSING = frozenset({Fault.UNREACHABLE, Fault.BUSY, Fault.BROKEN, Fault.CUT, Fault.UNREADABLE, Fault.UNUSABLE})
# The server works and says why it will not: nothing is gained by asking it again soon.
SETTLED = frozenset({Fault.REFUSED, Fault.UNNAMED})


class ChatFailed(Exception):
    """A call that gave no answer.

    `after_s` is how long the server asks to be left alone; `about` the field of the request that it names, one of ours;
    `tokens` what it counted all the same.
    """

    def __init__(
        self, fault: Fault, *, after_s: float | None = None, about: str | None = None, tokens: Tokens | None = None
    ) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.after_s = after_s
        self.about = about
        self.tokens = tokens


class Line(Protocol):
    """Carries one question to a server in a dialect; raises ChatFailed and nothing else, and never tries twice."""

    async def ask(self, question: Question, dialect: Dialect, model: str) -> Answered:
        """Return the answer."""
        ...

    async def models(self) -> list[str]:
        """Return the names of the models that the server offers."""
        ...

    async def close(self) -> None:
        """Let go of the connections."""
        ...
