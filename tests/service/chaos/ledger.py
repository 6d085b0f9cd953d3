"""What clients sent and what was acknowledged to them: kept by the test, and compared with what the service keeps."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.service.chaos.premises import Door
from tests.service.chaos.world import World

KEPT = {200, 201}
REFUSED = {409}  # finally: another was first


@dataclass
class Request:
    """One request, under a key of its own; it is acknowledged when its whole answer has come."""

    path: str
    body: dict[str, Any]
    role: str
    key: str
    status: int | None = None
    text: str = ""

    @property
    def kept(self) -> bool:
        """Say whether it was acknowledged that what was sent is kept."""
        return self.status in KEPT

    @property
    def chats(self) -> bool:
        """Say whether it is a message in a conversation."""
        return self.path == "/v1/chat"

    @property
    def answer(self) -> dict[str, Any]:
        """Return the answer, read."""
        found: dict[str, Any] = json.loads(self.text)
        return found


@dataclass
class Ledger:
    """All that was sent, in order. No two messages nor comments have the same words."""

    requests: list[Request] = field(default_factory=list)

    async def ask(self, door: Door, path: str, body: dict[str, Any], role: str = "service") -> Request:
        """Send a request under a new key; raises TransportError where the server dies before its answer."""
        request = Request(path, body, role, f"key-{len(self.requests)}")
        self.requests.append(request)
        await self.repeat(door, request)
        return request

    async def repeat(self, door: Door, request: Request) -> None:
        """Send a request, perhaps once more, under its key."""
        response = await door.post(request.path, request.body, request.role, request.key)
        request.status, request.text = response.status_code, response.text

    def unanswered(self) -> list[Request]:
        """Return what nobody knows the fate of."""
        return [request for request in self.requests if request.status is None]

    def acknowledged(self) -> list[Request]:
        """Return what has to be kept for ever."""
        return [request for request in self.requests if request.kept]

    def wrong(self, world: World) -> list[str]:
        """Return what was lost, doubled, or answered as it never should be."""
        odd = Counter(
            f"answered {r.status} to {r.path}" for r in self.requests if r.status not in KEPT | REFUSED | {None}
        )
        return [
            *odd,
            *self._doubled(world),
            *(words for request in self.acknowledged() for words in _lost(request, world)),
        ]

    def _doubled(self, world: World) -> Iterator[str]:
        said = Counter(one.text for messages in world.messages.values() for one in messages if one.role == "customer")
        said.update(row.comment or "" for row in world.feedback.values())
        sent = {
            request.body[name] for request in self.requests for name in ("message", "comment") if name in request.body
        }
        for words, times in said.items():
            if times > 1 or words not in sent:
                yield f"stands {times} times: {words}"


def _lost(request: Request, world: World) -> Iterator[str]:
    answer = request.answer
    if request.chats:
        row = world.decisions.get(answer["ticket_id"])
        turn = [
            (one.role, one.text)
            for one in world.messages.get(answer["conversation_id"], [])
            if one.ticket_id == answer["ticket_id"]
        ]
        if row is None or row.body != request.text:
            yield f"the Decision about {answer['ticket_id']} is lost, or is another"
        if turn != [("customer", request.body["message"]), ("agent", answer["reply"])]:
            yield f"the turn of {answer['ticket_id']} is lost, or is another"
    elif request.path == "/v1/feedback":
        row = world.feedback.get(answer["feedback_id"])
        if row is None or (row.ticket_id, row.rating, row.comment) != tuple(request.body.values()):
            yield f"the feedback {answer['feedback_id']} is lost, or is another"
    elif request.path.endswith("/approve"):
        proposal = world.proposals[answer["proposal"]["proposal_id"]]
        if proposal.state not in {"approved", "issued"} or proposal.decided_by != answer["proposal"]["decided_by"]:
            yield f"the approval of {proposal.id} is lost: it is {proposal.state}"
    elif world.cases[answer["case_id"]].state != "closed":
        yield f"{answer['case_id']} was handed back and is not closed"
