"""The HTTP connection to a model server: it goes where it was told to go, keeps nothing, and reads only so much."""

from collections.abc import AsyncIterator
from http.cookiejar import DefaultCookiePolicy

import httpx2

from agent.models.openai.names import Name

LARGEST_ANSWER = 256 * 1024  # bytes; the longest answer in a schema is a small part of that
CONNECT_S = 0.5
STALLED_S = 30.0  # a net beneath the wall clock of each call, which is the one that counts


class AnswerTooLarge(httpx2.TransportError):
    """More came than any answer needs."""


def connection() -> httpx2.AsyncClient:
    """Return a client that follows no redirect, heeds no proxy of the environment, and keeps no cookie.

    It asks for plain bodies: what was compressed could be any size once it is unpacked.
    """
    transport = _Resolved(_Bounded(httpx2.AsyncHTTPTransport()))
    client = httpx2.AsyncClient(
        transport=transport,
        timeout=httpx2.Timeout(STALLED_S, connect=CONNECT_S),
        headers={"Accept-Encoding": "identity"},
        follow_redirects=False,
        trust_env=False,
    )
    client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return client


def no_connection() -> httpx2.Client:
    """Return a client that goes nowhere: for what wants one that waits, which is never used."""
    return httpx2.Client(transport=httpx2.MockTransport(_nowhere), trust_env=False)


def _nowhere(request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("only the event loop asks", request=request)


class _Resolved(httpx2.AsyncBaseTransport):
    """Lets a request through once the name of its server resolves."""

    def __init__(self, beneath: httpx2.AsyncBaseTransport) -> None:
        self._beneath = beneath
        self._names: dict[str, Name] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        name = self._names.setdefault(request.url.host, Name(request.url.host))
        try:
            if not await name.resolves(CONNECT_S):
                raise httpx2.ConnectError("the name does not resolve", request=request)
        except TimeoutError:
            raise httpx2.ConnectTimeout("the name was not looked up in time", request=request) from None
        return await self._beneath.handle_async_request(request)

    async def aclose(self) -> None:
        await self._beneath.aclose()


class _Bounded(httpx2.AsyncBaseTransport):
    """Bounds what is read of each response."""

    def __init__(self, beneath: httpx2.AsyncBaseTransport) -> None:
        self._beneath = beneath

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._beneath.handle_async_request(request)
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            await response.aclose()
            raise AnswerTooLarge("the answer is compressed")
        if isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = _BoundedStream(response.stream)
        return response

    async def aclose(self) -> None:
        await self._beneath.aclose()


class _BoundedStream(httpx2.AsyncByteStream):
    def __init__(self, beneath: httpx2.AsyncByteStream) -> None:
        self._beneath = beneath

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for chunk in self._beneath:
            read += len(chunk)
            if read > LARGEST_ANSWER:
                raise AnswerTooLarge("the answer is too large")
            yield chunk

    async def aclose(self) -> None:
        await self._beneath.aclose()
