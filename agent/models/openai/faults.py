"""What the exceptions of the client mean. Their texts may hold a key or a customer's words, and stay here."""

import email.utils
import math
from collections.abc import Iterator
from datetime import UTC, datetime

import openai

from agent.models.chat import ChatFailed, Fault
from agent.models.openai.connection import AnswerTooLarge

_BUSY = {408, 409, 429, 503, 529}
_REFUSED = {401, 402, 403, 404, 407}
_ELSEWHERE = range(300, 400)  # never followed: the key and the ticket are for the server that was named
_OUR_FIELDS = {"temperature", "max_tokens", "max_completion_tokens", "response_format", "tools", "tool_choice"}
_TOO_LONG = {"context_length_exceeded", "exceed_context_size_error"}
_NO_QUOTA = {"insufficient_quota", "billing_hard_limit_reached", "quota_exceeded"}


def failure_of(problem: Exception) -> ChatFailed:
    """Return the failure that an exception of the client stands for."""
    if isinstance(problem, ChatFailed):
        return problem
    if any(isinstance(cause, AnswerTooLarge) for cause in _causes(problem)):
        return ChatFailed(Fault.TOO_LARGE)
    if isinstance(problem, (TimeoutError, openai.APITimeoutError)):
        # What could not be connected to in time is not there.
        return ChatFailed(Fault.UNREACHABLE if _connecting(problem) else Fault.TIMED_OUT)
    if isinstance(problem, openai.APIStatusError):
        return _of_status(problem)
    if isinstance(problem, openai.APIConnectionError):
        broke_off = any(type(cause).__name__ in {"RemoteProtocolError", "ReadError"} for cause in _causes(problem))
        return ChatFailed(Fault.CUT if broke_off else Fault.UNREACHABLE)
    return ChatFailed(Fault.UNREADABLE)


def _of_status(problem: openai.APIStatusError) -> ChatFailed:
    status, headers = problem.status_code, problem.response.headers
    body = problem.body if isinstance(problem.body, dict) else {}
    says = {str(body.get("code")), str(body.get("type"))}
    if says & _NO_QUOTA or status in _REFUSED or status in _ELSEWHERE:
        return ChatFailed(Fault.REFUSED)
    if says & _TOO_LONG:
        return ChatFailed(Fault.TOO_LONG)
    if status in _BUSY:
        return ChatFailed(Fault.BUSY, after_s=wanted_pause(headers.get("retry-after"), headers.get("retry-after-ms")))
    about = str(body.get("param"))
    return ChatFailed(Fault.BROKEN if status >= 500 else Fault.REJECTED, about=about if about in _OUR_FIELDS else None)


def wanted_pause(after: str | None, after_ms: str | None = None, now: datetime | None = None) -> float | None:
    """Return the seconds that a Retry-After asks for, in seconds or as a date; None where it says nothing readable."""
    for text, unit in ((after_ms, 0.001), (after, 1.0)):
        try:
            seconds = float(text or "") * unit
        except ValueError:
            continue
        if math.isfinite(seconds) and seconds >= 0:
            return seconds
    try:
        due = email.utils.parsedate_to_datetime(after or "")
    except ValueError:
        return None
    due = due if due.tzinfo else due.replace(tzinfo=UTC)
    return max(0.0, (due - (now or datetime.now(UTC))).total_seconds())


def _causes(problem: BaseException | None) -> Iterator[BaseException]:
    for _ in range(10):
        if problem is None:
            return
        yield problem
        problem = problem.__cause__ or problem.__context__


def _connecting(problem: Exception) -> bool:
    return any(type(cause).__name__ == "ConnectTimeout" for cause in _causes(problem))
