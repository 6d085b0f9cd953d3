"""A browser without scripts, in this process."""

from collections.abc import AsyncIterator, Callable

import httpx2
import pytest

from tests.service.databases import Fresh
from tests.service.running import Running
from tests.service.web.surfer import Surfer


@pytest.fixture
def url(fresh_sqlite_database: Fresh) -> str:
    """A fresh database: what pages need of it is tested on both kinds with the store."""
    return fresh_sqlite_database()


@pytest.fixture
async def surfers(service: Running) -> AsyncIterator[Callable[[], Surfer]]:
    """Make browsers that know nothing yet."""
    made: list[Surfer] = []

    def make() -> Surfer:
        transport = httpx2.ASGITransport(app=service.app)
        made.append(Surfer(httpx2.AsyncClient(transport=transport, base_url="http://test")))
        return made[-1]

    yield make
    for one in made:
        await one.http.aclose()


@pytest.fixture
def surfer(surfers: Callable[[], Surfer]) -> Surfer:
    """A browser that knows nothing yet."""
    return surfers()


@pytest.fixture
async def at_desk(surfer: Surfer, service: Running) -> Surfer:
    """A browser in which somebody of the desk is signed in."""
    return await surfer.sign_in(service.keys["desk"])
