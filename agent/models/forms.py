"""The schema of each act's answer, made from the tables that hold the closed sets, and what reads an answer by it.

Schemas are the same for every ticket: servers compile and keep them. What depends on the ticket is checked by code.
"""

import functools
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from agent.models.json_answer import NotAnAnswer, json_object
from agent.taxonomy import labels
from agent.trace import Act
from tools.registry import TOOLS
from tools.tool import Effect

F = TypeVar("F", bound="Form")
LONGEST = 4000  # characters of any text of an answer
MOST_LOOKUPS = 6


class Form(BaseModel):
    """What all answers have in common: closed and strict."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class LabelAnswer(Form):
    """The answer to `classify`; the reason comes first, so that it is thought of first."""

    reason: str = Field(max_length=LONGEST)
    label: str


class LookUp(Form):
    """One look-up that is asked for."""

    tool: str
    order_id: str


class LookUpsAnswer(Form):
    """The answer to `choose_lookups`."""

    lookups: list[LookUp]


class ReplyAnswer(Form):
    """The answer to `write_reply`: a text with blanks."""

    reply: str = Field(max_length=LONGEST)


def read_tools() -> tuple[str, ...]:
    """Return the names of the tools that a model may choose."""
    return tuple(name for name, tool in TOOLS.items() if tool.effect is Effect.READ)


def _closed(base: type[F], **fields: Any) -> type[F]:
    return create_model(base.__name__, __base__=base, **fields)


_Label = _closed(LabelAnswer, label=(Literal[tuple(sorted(labels()))], ...))
_LookUp = _closed(LookUp, tool=(Literal[read_tools()], ...))
_LookUps = _closed(
    LookUpsAnswer,
    lookups=(list[_LookUp], Field(max_length=MOST_LOOKUPS)),  # type: ignore[valid-type]  # made of a table
)
FORMS: Mapping[Act, type[Form]] = MappingProxyType(
    {"classify": _Label, "choose_lookups": _LookUps, "write_reply": ReplyAnswer}
)


@functools.cache
def schema_of(act: Act) -> dict[str, Any]:
    """Return the JSON Schema of an act's answer, shared by all questions, in the part that strict servers take."""
    plain: dict[str, Any] = _without(FORMS[act].model_json_schema(), {"title", "description", "maxItems", "maxLength"})
    return plain


def reads(form: type[F], act: Act) -> Callable[[str], F]:
    """Return the function that reads an answer to this act; it raises NotAnAnswer for what is not of the schema."""

    def read(content: str) -> F:
        try:
            found = FORMS[act].model_validate(json_object(content))
        except ValidationError:
            raise NotAnAnswer("not of the schema") from None
        return form.model_validate(found.model_dump())

    return read


def _without(value: Any, names: set[str]) -> Any:
    if isinstance(value, list):
        return [_without(one, names) for one in value]
    if not isinstance(value, dict):
        return value
    # The names of properties are the schema's words, whatever they are.
    return {
        key: {name: _without(one, names) for name, one in inner.items()}
        if key == "properties"
        else _without(inner, names)
        for key, inner in value.items()
        if key not in names
    }
