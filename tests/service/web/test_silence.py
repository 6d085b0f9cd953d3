"""No log repeats what was written on a page, whether it was taken or refused."""

import logging

import pytest

from service.callers import Role
from tests.service.running import Running
from tests.service.web.damaged import damage
from tests.service.web.surfer import ACCEPT, Surfer

CANARY = "quetzalcoatlus"
FIELDS = (
    "message",
    "conversation_id",
    "customer",
    "key",
    "next",
    "text",
    "reason",
    "category",
    "priority",
    "next_action",
)
FORMS = ("/chat", "/chat/stream", "/chat/as", "/sign-in", "/desk/cases/<id>/reply", "/desk/cases/<id>/correct")
ADDRESSES = (
    "/?conversation={}",
    "/sign-in?next={}",
    "/desk?after={}",
    "/desk?state={}",
    "/desk/cases/{}",
    "/desk/{}",
    "/ops?hours={}",
    "/ops/traces?category={}",
    "/ops/traces?before={}",
    "/ops/traces/{}",
    "/static/{}",
)


async def test_no_log_repeats_what_was_written(
    surfer: Surfer, service: Running, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await service.say("I want to speak to a human being")
    case = (await service.get("/v1/desk/cases", "desk")).json()["cases"][0]["case_id"]
    await surfer.sign_in(service.keys[Role.ADMIN.value])
    for path in FORMS:
        for field in FIELDS:
            sound = {"message": "hello", "text": "hello", "reason": "because", "priority": "low"}
            await surfer.send(path.replace("<id>", case), **(sound | {field: CANARY}))
            await surfer.sign_in(service.keys[Role.ADMIN.value])
        await surfer.http.post(path, data={CANARY: CANARY, "csrf": CANARY}, headers=ACCEPT)
        await surfer.http.post(path, content=CANARY.encode(), headers=ACCEPT)
    for address in ADDRESSES:
        await surfer.http.get(address.format(CANARY), headers=ACCEPT | {"Cookie": f"triage_session={CANARY}"})
        await surfer.http.get(address.format(CANARY), headers=ACCEPT)
    damage(service, url)
    await surfer.see(f"/desk?after={CANARY}", 503)
    ours = [record for record in caplog.records if not record.name.startswith(("httpx", "httpcore", "asyncio"))]
    assert ours  # that the database is damaged
    assert not [record for record in ours if CANARY in record.getMessage() or CANARY in str(record.exc_info)]
