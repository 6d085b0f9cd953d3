"""The pages of those who run it: what was just done is in the figures, and each run can be read."""

import re

import pytest

from agent.release import release_ids
from tests.service.running import Running
from tests.service.web.surfer import Surfer

RUN = re.compile(r'href="(/ops/traces/T-[0-9a-f]+)"')


@pytest.fixture
async def at_ops(surfer: Surfer, service: Running) -> Surfer:
    """A browser in which somebody who runs the service is signed in."""
    return await surfer.sign_in(service.keys["ops"])


def tile(page: str, name: str) -> str:
    found = re.search(rf"<dt>{name}</dt><dd>([^<]*)</dd>", page)
    assert found is not None
    return found[1]


async def test_nothing_yet(at_ops: Surfer) -> None:
    page = await at_ops.see("/ops")
    assert (tile(page, "Tickets"), tile(page, "Given to a person")) == ("0", "-")
    assert "Nothing yet." in page
    assert "No run is like that." in await at_ops.see("/ops/traces")


async def test_what_was_just_done_is_shown(at_ops: Surfer, service: Running) -> None:
    for message in ("I want to speak to a human being", "How long do I have to send shoes back?", "zxcv qwer"):
        await service.post("/v1/triage", {"text": message})
    for hours in ("24", "168", "720"):
        page = await at_ops.see(f"/ops?hours={hours}")
        assert tile(page, "Tickets") == "3"
        assert tile(page, "Given to a person") == "33.3 %"
        assert tile(page, "Cases open now") == "1"
        assert re.search(r"<th scope=\"row\">return exchange</th><td>1</td>", page)
        assert page.count("<figure") == 3
        assert "Looked for policies" in page
    assert tile(await at_ops.see("/ops"), "Release") == service.parts.agent.release.id
    service.clock.turn(hours=30)
    await at_ops.sign_in(service.keys["ops"])
    assert tile(await at_ops.see("/ops"), "Tickets") == "0"
    assert tile(await at_ops.see("/ops?hours=168"), "Tickets") == "3"


async def test_runs_are_found_by_what_they_were(at_ops: Surfer, service: Running) -> None:
    for message in ("I want to speak to a human being", "How long do I have to send shoes back?"):
        await service.post("/v1/triage", {"text": message})
    for query, count in {
        "": 2,
        "category=return_exchange": 1,
        "category=return_exchange&action=escalate": 0,
        "action=escalate": 1,
        f"release={service.parts.agent.release.id}": 2,
        f"release={release_ids()[0]}": 0 if release_ids()[0] != service.parts.agent.release.id else 2,
        "slower_ms=100000": 0,
        "slower_ms=": 2,
        "before=2020-01-01T00:00:00Z": 0,
        "category=' OR 1=1 --": 0,
    }.items():
        assert len(RUN.findall(await at_ops.see(f"/ops/traces?{query}"))) == count, query
    for query in (
        "slower_ms=-1",
        "slower_ms=nan",
        "before=yesterday",
        "before=2026-11-25T12:00:00",
        f"category={'x' * 65}",
    ):
        await at_ops.see(f"/ops/traces?{query}", 422)
    for query in ("hours=0", "hours=721", "hours=x"):
        await at_ops.see(f"/ops?{query}", 422)


async def test_a_run_is_read_step_by_step(at_ops: Surfer, service: Running) -> None:
    answer = await service.post("/v1/triage", {"text": "How long do I have to send shoes back?"})
    run = RUN.search(await at_ops.see("/ops/traces"))
    assert run is not None
    page = await at_ops.see(run[1])
    for words in ("Read what was written", "Taken for return exchange", "Looked for policies", "Checked the reply"):
        assert words in page
    assert "<mark>" in page
    assert answer.json()["trace_id"] in page
    await at_ops.see("/ops/traces/T-00000000000000000000000000000000", 404)
