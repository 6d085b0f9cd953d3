"""Lets a browser in: only as its session says, only with a form of ours; and what goes wrong is a page as well."""

import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from service.http.parts import Parts, parts_of
from service.http.policy import Policy, policy_of
from service.http.problems import Problem, document, problem_of, too_often
from service.store.counts import count
from service.store.sessions import SignedIn, signed_in
from service.store.store import Session
from service.web.browser import BROWSER, SESSION, Browser, browser_of, cookie, keep
from service.web.forms import Form, must_be_ours, read_form
from service.web.rendering import HEADERS, page

SIGN_IN = "/sign-in"
WRITTEN = ("text", "message", "reason")  # fields that are given back where a form was not taken
FILES = "/static/"
PLACES = {"/desk", "/ops", SIGN_IN}
ID = re.compile(r"V-[0-9a-f]{1,64}")
PASSING = {429, 500, 503}
TITLES = {
    401: "Signed out",
    403: "Not allowed",
    404: "Not found",
    409: "Somebody was faster",
    422: "Please look again",
    429: "Too many at once",
    503: "Out of order for the moment",
}
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class PageRoute(APIRoute):
    """A page. It declares who may see it as every route does (see policy.py)."""

    def get_route_handler(self) -> Handler:
        """See APIRoute."""
        policy, original = policy_of(self.endpoint), super().get_route_handler()

        async def handler(request: Request) -> Response:
            request.state.browser = browser_of(request)
            request.state.person = None
            request.state.form = {}
            try:
                response = await _let_in(request, policy) or await original(request)
            except ClientDisconnect:
                return Response(status_code=499)  # nobody is left to read it
            except RequestValidationError:
                response = problem_page(request, Problem(422, "This address holds something that it can't."))
            except Exception as exception:
                response = problem_page(request, problem_of(exception))
            if request.state.browser.new and not request.url.path.startswith(FILES):  # which others may keep for many
                keep(response, request, BROWSER, request.state.browser.secret)
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            return response

        return handler


def person_of(request: Request) -> SignedIn:
    """Return who is signed in; a dependency of pages that are not public."""
    person: SignedIn = request.state.person
    return person


def form_of(request: Request) -> Form:
    """Return the form that was sent; a dependency of routes that take one."""
    form: Form = request.state.form
    return form


def browser_here(request: Request) -> Browser:
    """Return the browser; a dependency of pages."""
    browser: Browser = request.state.browser
    return browser


Person = Annotated[SignedIn, Depends(person_of)]
Sent = Annotated[Form, Depends(form_of)]
Here = Annotated[Browser, Depends(browser_here)]


def problem_page(request: Request, problem: Problem) -> Response:
    """Return the page of a problem: what is wrong, and what to do about it."""
    if "text/html" not in request.headers.get("accept", ""):  # a script asks, which reads no pages
        return document(problem.status, problem.detail, problem.headers)
    again = request.method == "GET" and problem.status in PASSING
    response = page(
        "problem.html",
        problem.status,
        title=TITLES.get(problem.status, "This did not work"),
        detail=problem.detail,
        again=again,
        back=_back(request, again=again),
        written=next((request.state.form[name] for name in WRITTEN if request.state.form.get(name)), ""),
        person=request.state.person,
        csrf=request.state.browser.csrf,
    )
    response.headers.update(problem.headers)
    return response


def _back(request: Request, *, again: bool) -> str:
    """Return where to go on: the page itself, that of the form that was sent, or the first of its kind."""
    path, query = request.url.path, f"?{request.url.query}" if request.url.query else ""
    if again:
        return path + query
    conversation = request.state.form.get("conversation_id", "")
    if path.startswith("/chat") and ID.fullmatch(conversation):
        return f"/?conversation={conversation}"
    first = f"/{path.split('/')[1]}"
    if request.method == "POST" and first == "/desk":
        return path.rpartition("/")[0]
    return first if first in PLACES else "/"


def go_to(path: str) -> Response:
    """Return the way to another page, by GET."""
    return RedirectResponse(path, 303)


async def _let_in(request: Request, policy: Policy) -> Response | None:
    """Return None where a request may go on, else the answer to it; raises Problem."""
    parts = parts_of(request)
    if request.method == "POST":
        request.state.form = await read_form(request, parts.patience)
        must_be_ours(request, request.state.form)
    if policy.public:
        return None
    secret = cookie(request, SESSION)
    entered = await parts.store.write(lambda session: _enter(session, secret, parts), durable=False) if secret else None
    if entered is None:
        return _sign_in_first(request)
    person, wait = entered
    if parts.door.limited and wait:
        raise too_often(wait)
    request.state.person = person
    if person.caller.role not in policy.roles:
        raise Problem(403, "Your key is for other pages than this one.")
    return None


def _enter(session: Session, secret: str, parts: Parts) -> tuple[SignedIn, int] | None:
    """Return who is signed in, and how many seconds to wait where that key is used too often."""
    person = signed_in(session, secret, parts.now())
    if person is None:
        return None
    return person, count(session, f"caller:{person.caller.id}", parts.door.limit, parts.now())


def _sign_in_first(request: Request) -> Response:
    if request.method == "POST":  # what was written would be gone
        raise Problem(401, "Your session is over, and nothing was done. Go back, sign in, and send it again.")
    query = f"?{request.url.query}" if request.url.query else ""
    where = f"{SIGN_IN}?next={quote(request.url.path + query)}"
    if "HX-Request" in request.headers:  # a part of a page asks: the whole page has to go there
        return Response(status_code=204, headers={"HX-Redirect": where})
    return go_to(where)
