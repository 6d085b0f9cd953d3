"""Holds what a form says to the models of the HTTP door, so that both doors take the same."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from service.http.problems import Problem

M = TypeVar("M", bound=BaseModel)
UNCLEAR = "One of the fields holds something that it can't. Go back and look at it again."


def checked(model: type[M], sent: Mapping[str, str], says: Mapping[str, str], required: Sequence[str] = ()) -> M:
    """Return a form as a model; raises Problem 422 that says what to do. An empty field is one that is absent."""
    given = {name: sent[name] for name in model.model_fields if sent.get(name, "").strip()}
    missing = next((name for name in required if name not in given), None)
    if missing is not None:
        raise Problem(422, says.get(missing, UNCLEAR))
    try:
        return model.model_validate(given)
    except ValidationError as problem:
        field = str(problem.errors()[0]["loc"][0])
        raise Problem(422, says.get(field, UNCLEAR)) from None
