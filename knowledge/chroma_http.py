"""One Chroma server over HTTP. Its own client waits without end and follows proxy variables, so it is not used here."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

from knowledge.addresses import is_token, leads_to_server
from knowledge.errors import PartUnavailable

COLLECTIONS = "/api/v2/tenants/default_tenant/databases/default_database/collections"
LARGEST_ANSWER = 10_000_000  # bytes
MEND = "See to the server at CHROMA_URL and what stands before it."


@dataclass(frozen=True)
class IndexServer:
    """Where the server, or what stands before it, is reached, and the token that is wanted there."""

    address: str
    token: str = field(default="", repr=False)


def index_server(address: str | None, token: str | None) -> IndexServer | None:
    """Return the server that CHROMA_URL and CHROMA_TOKEN name, None where they name none; raises PartUnavailable."""
    if not address:
        return None
    if not leads_to_server(address):
        mend = "Set it to an address such as http://127.0.0.1:8000; a token goes into CHROMA_TOKEN."
        raise PartUnavailable("index", "CHROMA_URL is not the address of a server", mend)
    if token and not is_token(token):
        raise PartUnavailable("index", "CHROMA_TOKEN holds what no token holds", "Set it to the token alone.")
    return IndexServer(address.rstrip("/"), token or "")


class ChromaHttp:
    """Asks for collections and what is in them; every question has a time, after which it has failed."""

    def __init__(self, server: IndexServer) -> None:
        self._address = server.address + COLLECTIONS
        self._client = httpx2.Client(
            headers={"Accept-Encoding": "identity"}
            | ({"Authorization": f"Bearer {server.token}"} if server.token else {}),
            follow_redirects=False,
            trust_env=False,  # no proxy and no credentials that nobody named here
        )

    def ask(self, method: str, path: str, longest_s: float, content: Mapping[str, Any] | None = None) -> Any:
        """Return the JSON of the answer, None where the server says that there is no such thing.

        Raises PartUnavailable, which holds nothing of the answer, for anything else.
        """
        ends = time.monotonic() + longest_s
        body = bytearray()
        try:
            with self._client.stream(
                method, f"{self._address}{path}", json=content, timeout=httpx2.Timeout(longest_s)
            ) as answer:
                for piece in answer.iter_raw():  # which may come a byte at a time
                    body += piece
                    if len(body) > LARGEST_ANSWER or time.monotonic() > ends:
                        raise unavailable("its answer is too long or too slow")
                status = answer.status_code
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as failure:
            raise unavailable(f"it cannot be reached ({type(failure).__name__})") from None
        if status == 404 and _said(body, "NotFoundError"):
            return None
        if status not in {200, 201}:
            raise unavailable(f"it answered with status {status}")
        return _parsed(body)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()


def unavailable(problem: str, mend: str = MEND) -> PartUnavailable:
    """Return the error to raise."""
    return PartUnavailable("index", f"the Chroma server: {problem}", mend)


def _said(body: bytes | bytearray, error: str) -> bool:
    """A 404 without the server's own name for it comes from something else at that address."""
    try:
        return bool(json.loads(body)["error"] == error)
    except (ValueError, TypeError, KeyError):
        return False


def _parsed(body: bytes | bytearray) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        raise unavailable("its answer is no JSON") from None
