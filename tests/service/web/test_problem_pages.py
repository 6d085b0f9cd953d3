"""What goes wrong is a page as well, in plain words: what is not there, and a database that is damaged."""

import pytest

from service.store.errors import StoreUnavailable
from service.store.hours import hours_since
from service.store.store import Store
from service.store.tables import HourSum
from tests.service.running import Running
from tests.service.store.rows import NOW
from tests.service.web.damaged import damage
from tests.service.web.surfer import ACCEPT, Surfer

PAGES = ("/", "/desk", "/desk/cases/E-1", "/ops", "/ops/traces", "/ops/traces/T-1")


async def test_without_its_database_every_page_says_so(at_desk: Surfer, service: Running, url: str) -> None:
    damage(service, url)
    for path in PAGES:
        page = await at_desk.see(path, 503)
        assert "Out of order for the moment" in page
        assert "Try again" in page
    lost = await at_desk.send("/desk/cases/E-1/reply", text="<b>Long</b> and well written")
    assert "&lt;b&gt;Long&lt;/b&gt; and well written</textarea>" in lost.text
    answer = await at_desk.send("/sign-in", key="triage_desk_x")
    assert "triage_desk_x" not in answer.text
    assert answer.status_code == 503
    assert "retry-after" in answer.headers
    assert (await at_desk.http.get("/static/style.css", headers=ACCEPT)).status_code == 200


async def test_sums_that_are_no_sums_are_damage(url: str) -> None:
    store = Store(url)
    store.write_now(lambda session: session.add(HourSum(begins_at=NOW, until=NOW, body='{"decisions": "many"}')))
    with pytest.raises(StoreUnavailable):
        store.read_now(lambda session: hours_since(session, NOW, NOW))
    store.close()


@pytest.mark.parametrize("path", ["/desk/nothing", "/ops/nothing", "/desk/cases/E-1/nothing"])
async def test_what_is_not_there(at_desk: Surfer, path: str) -> None:
    assert "<h1>Not found</h1>" in await at_desk.see(path, 404)
