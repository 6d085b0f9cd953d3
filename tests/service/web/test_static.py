"""The pages' files: a closed list, of the kinds they are, kept by browsers until they change."""

import pytest

from service.web.rendering import STATIC
from tests.service.web.surfer import Surfer

TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@pytest.mark.parametrize("name", sorted(file.name for file in STATIC.iterdir() if file.suffix in TYPES))
async def test_a_file_is_given_once(surfer: Surfer, name: str) -> None:
    answer = await surfer.http.get(f"/static/{name}")
    assert answer.content == (STATIC / name).read_bytes()
    assert answer.headers["content-type"].startswith(TYPES[f".{name.rpartition('.')[2]}"])
    again = await surfer.http.get(f"/static/{name}", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "set-cookie" not in answer.headers  # a cache may hand it to many


@pytest.mark.parametrize("name", ["htmx.LICENSE", "..%2f__init__.py", "%2e%2e/rendering.py", "no.css", "", "x" * 65])
async def test_nothing_else_is(surfer: Surfer, name: str) -> None:
    assert (await surfer.http.get(f"/static/{name}")).status_code in {404, 422}
