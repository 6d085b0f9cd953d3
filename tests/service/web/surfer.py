"""A browser without scripts: keeps cookies, asks for pages, and sends the forms that it was shown."""

import html
import re
from dataclasses import dataclass

import httpx2

ACCEPT = {"Accept": "text/html,application/xhtml+xml"}
_CSRF = re.compile(r'name="csrf" value="([^"]*)"')


@dataclass
class Surfer:
    """`csrf` is what the forms of the last page carried."""

    http: httpx2.AsyncClient
    csrf: str = ""

    async def see(self, path: str, status: int = 200) -> str:
        """Return the text of a page."""
        answer = await self.http.get(path, headers=ACCEPT)
        assert answer.status_code == status, answer.text
        return self._read(answer)

    async def send(self, path: str, **fields: str) -> httpx2.Response:
        """Send a form of the last page."""
        answer = await self.http.post(path, data={"csrf": self.csrf, **fields}, headers=ACCEPT)
        self._read(answer)
        return answer

    async def do(self, path: str, **fields: str) -> str:
        """Send a form of the last page, and return the page that it leads to."""
        answer = await self.send(path, **fields)
        assert answer.status_code == 303, answer.text
        return await self.see(answer.headers["location"])

    async def sign_in(self, key: str) -> "Surfer":
        """Sign in, and be where that leads."""
        await self.see("/sign-in")
        await self.do("/sign-in", key=key)
        return self

    def _read(self, answer: httpx2.Response) -> str:
        found = _CSRF.search(answer.text)
        if found is not None:
            self.csrf = html.unescape(found[1])
        return answer.text
