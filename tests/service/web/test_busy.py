"""Where too much is in progress, or the service ends, a browser gets a page, and a program what it reads."""

import pytest

from tests.service.running import Running
from tests.service.web.surfer import Surfer


@pytest.mark.parametrize("path", ["/", "/desk", "/ops/traces"])
async def test_a_browser_gets_a_page(surfer: Surfer, service: Running, path: str) -> None:
    service.parts.gate.draining = True
    page = await surfer.see(path, 503)
    assert "Too much at once" in page
    assert f'<a href="{path}">Try again</a>' in page
    answer = await surfer.http.get(path, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    elsewhere = await surfer.see("http://test//elsewhere.example/desk", 503)
    assert 'href="/">Try again' in elsewhere
    sent = await surfer.send("/chat", message="hello")
    assert (sent.status_code, sent.headers["retry-after"]) == (503, "1")
    assert "Go back" in sent.text
