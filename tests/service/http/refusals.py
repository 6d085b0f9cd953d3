"""What every refusal has to be: its status, a problem document, and not one word of what was sent, nor in the log."""

from dataclasses import dataclass

from tests.service.http import raw
from tests.service.serving import Served

CANARY = "canary-6F1D"  # stands in whatever is sent
DIGITS = "12345678901234567890123456789"  # and these where only a number can


@dataclass(frozen=True)
class Route:
    """A POST route with one of its text fields, and what it needs besides."""

    path: str
    field: str
    besides: str = ""
    message: bool = False  # what stands in the field is a customer's message

    def body(self, value: str) -> bytes:
        """Return a body with this JSON in the field."""
        return f'{{{self.besides}"{self.field}": {value}}}'.encode("utf-8", "surrogatepass")


ROUTES = (
    Route("/v1/triage", "text", message=True),
    Route("/v1/chat", "message", message=True),
    Route("/v1/chat/stream", "message", message=True),
    Route("/v1/feedback", "comment", '"ticket_id": "T-none", "rating": "up", '),
    Route("/v1/chat-tokens", "customer_id"),
    Route("/v1/desk/cases/none/reply", "text"),
    Route("/v1/desk/cases/none/decline", "reason"),
    Route("/v1/desk/cases/none/correct", "category"),
)


def refused(served: Served, asked: bytes, *statuses: int) -> raw.Answer:
    """Return the refusal, which has one of the statuses."""
    answer = raw.ask(served.port, asked)
    assert answer is not None
    assert answer.status in statuses, answer.body
    if not asked.startswith(b"HEAD"):
        answer.problem()
    for sent in (CANARY, DIGITS[:12]):
        assert not answer.says(sent)
        assert sent not in served.log()
    return answer
