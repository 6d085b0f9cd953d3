"""The pages' own files: a closed list, read once."""

import hashlib
from functools import cache
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from service.http.policy import public
from service.http.problems import Problem
from service.web.page_route import PageRoute
from service.web.rendering import STATIC

TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/static/{name}")
@public
async def file(name: Annotated[str, Path(max_length=64)], request: Request) -> Response:
    """Return a file; a browser that has it as it is now is told so."""
    found = _files().get(name)
    if found is None:
        raise Problem(404, "There is no such file.")
    body, media_type, tag = found
    headers = {"Cache-Control": "no-cache", "ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


@cache
def _files() -> dict[str, tuple[bytes, str, str]]:
    return {
        one.name: (body := one.read_bytes(), TYPES[one.suffix], f'"{hashlib.sha256(body).hexdigest()[:32]}"')
        for one in STATIC.iterdir()
        if one.suffix in TYPES
    }
