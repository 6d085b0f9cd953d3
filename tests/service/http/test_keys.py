"""Idempotency keys, as Stripe documents them."""

import asyncio

import pytest

from tests.service.running import Running

BODY = {"text": "Where is my order A-10234?", "customer_id": "C-1001"}


async def test_the_same_request_gets_the_same_answer_byte_for_byte(service: Running) -> None:
    first = await service.post("/v1/triage", BODY, Idempotency_Key="one")
    again = await service.post("/v1/triage", BODY, Idempotency_Key="one")
    assert first.status_code == again.status_code == 200
    assert first.content == again.content
    other = await service.post("/v1/triage", BODY, Idempotency_Key="two")
    assert other.json()["ticket_id"] != first.json()["ticket_id"]


async def test_another_body_under_the_same_key_is_refused(service: Running) -> None:
    await service.post("/v1/triage", BODY, Idempotency_Key="one")
    refused = await service.post("/v1/triage", BODY | {"channel": "mail"}, Idempotency_Key="one")
    assert refused.status_code == 422


async def test_a_key_belongs_to_its_caller_and_route(service: Running) -> None:
    first = await service.post("/v1/triage", BODY, Idempotency_Key="one")
    other = await service.post("/v1/triage", BODY, role="admin", Idempotency_Key="one")
    assert other.json()["ticket_id"] != first.json()["ticket_id"]
    chat = await service.post("/v1/chat", {"message": "hello"}, Idempotency_Key="one")
    assert chat.status_code == 200


async def test_at_once_one_is_done_and_the_others_wait_or_get_its_answer(service: Running) -> None:
    answers = await asyncio.gather(*(service.post("/v1/triage", BODY, Idempotency_Key="k") for _ in range(8)))
    done = {answer.content for answer in answers if answer.status_code == 200}
    assert len(done) == 1
    assert {answer.status_code for answer in answers} <= {200, 409}
    summary = (await service.get("/v1/ops/summary", "ops")).json()
    assert summary["decisions"] == 1


async def test_a_key_is_kept_for_a_day(service: Running) -> None:
    first = await service.post("/v1/triage", BODY, Idempotency_Key="one")
    service.clock.turn(hours=23)
    assert (await service.post("/v1/triage", BODY, Idempotency_Key="one")).content == first.content
    service.clock.turn(hours=2)
    assert (await service.post("/v1/triage", BODY, Idempotency_Key="one")).content != first.content


async def test_a_claim_whose_worker_died_is_taken_over(service: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    intake, claimed = service.parts.intake, asyncio.Event()

    async def dies(*_: object) -> None:
        claimed.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as patched:
        patched.setattr(type(intake), "finish", dies)
        asking = asyncio.create_task(service.post("/v1/triage", BODY, Idempotency_Key="one"))
        await asyncio.wait_for(claimed.wait(), 20)
        asking.cancel()
    assert (await service.post("/v1/triage", BODY, Idempotency_Key="one")).status_code == 409
    service.clock.turn(seconds=20)
    assert (await service.post("/v1/triage", BODY, Idempotency_Key="one")).status_code == 200


@pytest.mark.parametrize("key", ["", " ", "a" * 256, "a\tb"])
async def test_a_key_of_another_form_is_refused(service: Running, key: str) -> None:
    assert (await service.post("/v1/triage", BODY, Idempotency_Key=key)).status_code == 400


async def test_a_request_that_was_not_valid_leaves_its_key_free(service: Running) -> None:
    assert (await service.post("/v1/triage", {"text": ""}, Idempotency_Key="one")).status_code == 422
    assert (await service.post("/v1/triage", BODY, Idempotency_Key="one")).status_code == 200
