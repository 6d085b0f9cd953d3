"""A typed client of the HTTP door. It loads nothing of the service but plain models.

with TriageClient("http://127.0.0.1:8000", key) as client:
    decision = client.chat("I want my money back", customer_id="C-1001")
    decision = client.chat("it's A-10234", conversation_id=decision.conversation_id)
"""

import json
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

import httpx2

from agent.decision import Decision
from service.http.answers import CaseList, CaseView, ConversationView, ProblemDocument, Summary


class Refused(Exception):
    """The service answered with a problem; `wait` is how many seconds it asks to wait, where it does."""

    def __init__(self, problem: ProblemDocument, wait: int | None) -> None:
        super().__init__(f"{problem.status} {problem.title}: {problem.detail or ''}")
        self.problem = problem
        self.wait = wait


class TriageClient:
    """Calls one service with one credential: a server's key, or a chat token."""

    def __init__(self, address: str, credential: str, timeout: float = 10.0) -> None:
        headers = {"Authorization": f"Bearer {credential}"}
        self._http = httpx2.Client(base_url=address, headers=headers, timeout=timeout, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def triage(
        self,
        text: str,
        *,
        customer_id: str | None = None,
        order_id: str | None = None,
        channel: str | None = None,
        metadata: dict[str, str] | None = None,
        key: str | None = None,
    ) -> Decision:
        """Have one ticket decided. With a `key`, asking again returns the first answer; raises Refused."""
        asked = {
            "text": text,
            "customer_id": customer_id,
            "order_id": order_id,
            "channel": channel,
            "metadata": metadata,
        }
        return Decision.model_validate_json(self._post("/v1/triage", asked, key))

    def chat(
        self,
        message: str,
        *,
        conversation_id: str | None = None,
        customer_id: str | None = None,
        key: str | None = None,
    ) -> Decision:
        """Have a message answered within its conversation, or begin one; raises Refused."""
        asked = {"message": message, "conversation_id": conversation_id, "customer_id": customer_id}
        return Decision.model_validate_json(self._post("/v1/chat", asked, key))

    def stream(
        self, message: str, *, conversation_id: str | None = None, customer_id: str | None = None
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the events of a message as they happen: step, reply, decision, done, or problem; raises Refused."""
        asked = {"message": message, "conversation_id": conversation_id, "customer_id": customer_id}
        with self._http.stream("POST", "/v1/chat/stream", json=_given(asked)) as answer:
            if answer.status_code != 200:
                answer.read()
                raise _refused(answer)
            event = ""
            for line in answer.iter_lines():
                if line.startswith("event: "):
                    event = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    yield event, json.loads(line.removeprefix("data: "))

    def chat_token(self, customer_id: str | None = None) -> str:
        """Return a token for a browser of this customer, or of a new visitor; raises Refused."""
        token: str = json.loads(self._post("/v1/chat-tokens", {"customer_id": customer_id}))["token"]
        return token

    def feedback(self, ticket_id: str, rating: str, comment: str | None = None, *, key: str | None = None) -> str:
        """Say what somebody thought of a Decision; return the id under which it is kept; raises Refused."""
        asked = {"ticket_id": ticket_id, "rating": rating, "comment": comment}
        id: str = json.loads(self._post("/v1/feedback", asked, key))["feedback_id"]
        return id

    def conversation(self, id: str) -> ConversationView:
        """Return a conversation; raises Refused."""
        return ConversationView.model_validate_json(_body(self._http.get(f"/v1/conversations/{id}")))

    def cases(self, state: str = "open", *, most: int = 50, after: str | None = None) -> CaseList:
        """Return cases in the order in which they should be worked on; `after` is the `next` of the list before."""
        asked = _given({"state": state, "most": most, "after": after})
        return CaseList.model_validate_json(_body(self._http.get("/v1/desk/cases", params=asked)))

    def case(self, id: str) -> CaseView:
        """Return a case with everything that was found; raises Refused."""
        return CaseView.model_validate_json(_body(self._http.get(f"/v1/desk/cases/{id}")))

    def reply(self, id: str, text: str, *, key: str | None = None) -> CaseView:
        """Answer the customer of a case as a person; raises Refused."""
        return self._done(id, "reply", {"text": text}, key)

    def correct(
        self, id: str, *, category: str | None = None, priority: str | None = None, key: str | None = None
    ) -> CaseView:
        """Put a case's category or priority right; raises Refused."""
        return self._done(id, "correct", {"category": category, "priority": priority}, key)

    def approve(self, id: str, *, key: str | None = None) -> CaseView:
        """Approve a case's refund; the shop is asked to pay it right after. Raises Refused."""
        return self._done(id, "approve", {}, key)

    def decline(self, id: str, reason: str, *, key: str | None = None) -> CaseView:
        """Decline a case's refund; raises Refused."""
        return self._done(id, "decline", {"reason": reason}, key)

    def hand_back(self, id: str, *, key: str | None = None) -> CaseView:
        """Close a case and let the agent answer again; raises Refused."""
        return self._done(id, "hand-back", {}, key)

    def summary(self, hours: int = 24) -> Summary:
        """Return what was decided lately; raises Refused."""
        return Summary.model_validate_json(_body(self._http.get("/v1/ops/summary", params={"hours": hours})))

    def _done(self, id: str, what: str, asked: dict[str, Any], key: str | None) -> CaseView:
        return CaseView.model_validate_json(self._post(f"/v1/desk/cases/{id}/{what}", asked, key))

    def _post(self, path: str, asked: dict[str, Any], key: str | None = None) -> str:
        headers = {"Idempotency-Key": key} if key is not None else {}
        return _body(self._http.post(path, json=_given(asked), headers=headers))


def _given(asked: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if value is not None}


def _body(answer: httpx2.Response) -> str:
    if answer.is_success:
        return answer.text
    raise _refused(answer)


def _refused(answer: httpx2.Response) -> Refused:
    try:
        problem = ProblemDocument.model_validate_json(answer.content)
    except ValueError:  # something between here and the service answered
        problem = ProblemDocument(title=answer.reason_phrase or "?", status=answer.status_code)
    wait = answer.headers.get("retry-after", "")
    return Refused(problem, int(wait) if wait.isdigit() else None)
