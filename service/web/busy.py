"""What a browser is shown where the service is too busy to look at what it asks, or ends."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from service.http.gate import BUSY, WAIT, busy
from service.web.page_route import PLACES
from service.web.rendering import page


def refuse(scope: Scope) -> Response:
    """Return a page where one is read, else what programs are told. Nothing of the request has been read."""
    request = Request(scope)
    if "text/html" not in request.headers.get("accept", ""):
        return busy()
    again = request.method == "GET"
    # Nobody has matched the path to a route yet: "//elsewhere" would lead there.
    back = request.url.path if again and f"/{request.url.path.split('/')[1]}" in PLACES else "/"
    told = {"title": "Too much at once", "detail": BUSY, "written": "", "person": None, "csrf": ""}
    response = page("problem.html", 503, again=again, back=back, **told)
    response.headers.update(WAIT)
    return response
