"""Conversations through the door: follow-ups, who may go on with them, and what is kept."""

import asyncio

from service.http.answers import ConversationView
from tests.service.running import Running

OURS, OTHER = "C-1001", "C-1002"


async def chat(service: Running, message: str, role: str = "service", **fields: str) -> dict:
    answer = await service.post("/v1/chat", {"message": message, **fields}, role)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_follow_up_is_understood_with_what_was_asked(service: Running) -> None:
    first = await chat(service, "I want my money back", customer_id=OURS)
    assert first["next_action"] == "ask_follow_up"
    assert first["follow_up"]["asks_for"] == ["order_id"]
    second = await chat(service, "it's A-10234", conversation_id=first["conversation_id"], customer_id=OURS)
    assert second["category"] == first["category"]
    assert second["order"]["order_id"] == "A-10234"
    assert second["refund"] is not None
    assert second["conversation_id"] == first["conversation_id"]


async def test_what_was_said_is_kept_in_order(service: Running) -> None:
    first = await chat(service, "I want my money back", customer_id=OURS)
    await chat(service, "it's A-10234", conversation_id=first["conversation_id"])
    answer = await service.get(f"/v1/conversations/{first['conversation_id']}")
    seen = ConversationView.model_validate_json(answer.content)
    assert [message.role for message in seen.messages] == ["customer", "agent", "customer", "agent"]
    assert seen.messages[0].text == "I want my money back"
    assert seen.messages[1].text == first["reply"]


async def test_another_customers_conversation_is_like_one_that_is_not(service: Running) -> None:
    mine = await chat(service, "I want my money back", customer_id=OURS)
    token = await service.token(OTHER)
    foreign, unknown = mine["conversation_id"], "V-00000000000000000000000000000000"
    for role, fields in (("service", {"customer_id": OTHER}), (token, {})):
        answers = [
            await service.post("/v1/chat", {"message": "hello", "conversation_id": id, **fields}, role)
            for id in (foreign, unknown)
        ]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content
    seen = [await service.get(f"/v1/conversations/{id}", token) for id in (foreign, unknown)]
    assert [answer.status_code for answer in seen] == [404, 404]
    assert seen[0].content == seen[1].content


async def test_a_visitor_goes_on_with_a_conversation_of_its_own_only(service: Running) -> None:
    one, other = await service.token(), await service.token()
    begun = await chat(service, "How long does delivery take?", one)
    again = await service.post("/v1/chat", {"message": "hello", "conversation_id": begun["conversation_id"]}, other)
    assert again.status_code == 404
    await chat(service, "and abroad?", one, conversation_id=begun["conversation_id"])


async def test_a_browser_speaks_for_its_own_customer_only(service: Running) -> None:
    token = await service.token(OURS)
    refused = await service.post("/v1/chat", {"message": "hello", "customer_id": OTHER}, token)
    assert refused.status_code == 403
    own = await chat(service, "I want my money back for A-10234", token)
    assert own["order"]["order_id"] == "A-10234"


async def test_of_two_messages_at_once_one_wins_and_nothing_is_lost(service: Running) -> None:
    first = await chat(service, "I want my money back", customer_id=OURS)
    both = await asyncio.gather(
        *(
            service.post("/v1/chat", {"message": message, "conversation_id": first["conversation_id"]})
            for message in ("it's A-10234", "where is it?")
        )
    )
    statuses = sorted(answer.status_code for answer in both)
    assert statuses in ([200, 409], [200, 200])  # one after the other is fine too
    answer = await service.get(f"/v1/conversations/{first['conversation_id']}")
    assert len(answer.json()["messages"]) == 2 + 2 * statuses.count(200)


async def test_a_yes_confirms_an_offer_and_only_an_offer(service: Running, offered: str) -> None:
    first = await chat(service, f"I want my money back for {offered}", customer_id=OURS)
    assert first["next_action"] == "offer_refund"
    second = await chat(service, "yes please", conversation_id=first["conversation_id"])
    assert "refund_confirmed" in second["flags"]
    third = await chat(service, "yes please", conversation_id=first["conversation_id"])
    assert "refund_confirmed" not in third["flags"]


async def test_while_a_person_holds_it_the_agent_does_not_answer(service: Running) -> None:
    first = await chat(service, "I want to speak to a human being", customer_id=OURS)
    assert first["next_action"] == "escalate"
    second = await chat(service, "Where is my order A-10234?", conversation_id=first["conversation_id"])
    assert second["next_action"] == "escalate"
    assert second["escalation"]["reason"] == "with_person"
    assert second["order"] is None
    assert second["tool_calls"] == []
    seen = (await service.get(f"/v1/conversations/{first['conversation_id']}")).json()
    assert seen["state"] == "with_person"
    assert seen["messages"][2]["text"] == "Where is my order A-10234?"


async def test_the_stream_ends_with_the_decision_that_is_kept(service: Running) -> None:
    answer = await service.post("/v1/chat/stream", {"message": "I want my money back", "customer_id": OURS})
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [line.removeprefix("event: ") for line in answer.text.splitlines() if line.startswith("event: ")]
    assert events[:7] == ["step"] * 7
    assert events[7:] == ["reply", "decision", "done"]


async def test_a_stream_that_is_refused_is_a_plain_answer(service: Running) -> None:
    answer = await service.post("/v1/chat/stream", {"message": "hello", "conversation_id": "V-unknown"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
