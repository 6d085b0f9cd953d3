"""What a form says: read within bounds, held to be of a page of ours, and taken as the models of the HTTP door."""

from collections.abc import Mapping, Sequence
from typing import TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from service.http.body import read_body
from service.http.problems import Problem
from service.web.browser import CSRF_FIELD, Browser

M = TypeVar("M", bound=BaseModel)
FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 50
Form = dict[str, str]
UNCLEAR = "One of the fields holds something that it can't. Go back and look at it again."


async def read_form(request: Request, patience: float) -> Form:
    """Return the fields of a form; raises Problem for what is none. `patience` is how many seconds it may take."""
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type != FORM:
        raise Problem(415, "The form did not come as forms do.")
    body = await read_body(request, patience)
    try:
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as problem:
        raise Problem(400, "The form can't be read.") from problem
    form = {name: value.replace("\r\n", "\n") for name, value in fields}  # how browsers send a line's end
    if len(form) != len(fields) or any("\x00" in value for value in form.values()):
        raise Problem(400, "The form can't be read.")
    return form


def must_be_ours(request: Request, form: Form) -> None:
    """Raise Problem 403 for a form that another site made, or that no page of this browser showed."""
    browser: Browser = request.state.browser
    from_elsewhere = request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}
    if from_elsewhere or not browser.sent(form.get(CSRF_FIELD, "")):
        raise Problem(
            403, "This form is not from a page that was opened here lately. Go back, reload it, and try again."
        )


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
