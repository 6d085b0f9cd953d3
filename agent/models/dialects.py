"""Finds out how a server wants to be spoken to, once for each server and model, and remembers it on disk.

A server is asked a question whose only answer in the schema nobody would give unasked: who gives it heeds the schema.
"""

import asyncio
import hashlib
import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from agent.models.chat import ChatFailed, Dialect, Fault, Line, Question, Way
from agent.models.json_answer import NotAnAnswer, json_object
from agent.models.spending import Spending
from knowledge.atomic import write_file

LONGEST_S = 1.0  # that finding out may take
AGAIN_S = 5.0  # after nothing was found out
WORD = "kept"
_ASKED = Question(
    name="say",
    stable="You answer with JSON.",
    asked='Say in JSON which colour the sky has, as {"word": ...}.',
    schema={
        "type": "object",
        "properties": {"word": {"type": "string", "enum": [WORD]}},
        "required": ["word"],
        "additionalProperties": False,
    },
    most_tokens=24,
)
_OTHER_LIMIT = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
# These say that the server does not offer a way; all others say nothing about it.
_NOT_OFFERED = frozenset({Fault.REJECTED, Fault.TOO_LONG, Fault.BROKEN, Fault.UNUSABLE, Fault.UNREADABLE, Fault.CUT})


@dataclass
class Dialects:
    """What is known of one server, in memory and in a file for each of its models."""

    folder: Path
    address: str
    now: Callable[[], float] = time.monotonic
    _known: dict[str, Dialect] = field(default_factory=dict)
    _not_before: float = 0.0
    _asking: "asyncio.Task[Dialect | None] | None" = None

    def known(self, model: str) -> Dialect | None:
        """Return what was found out before, in this process or another."""
        if model not in self._known and (found := self._read(model)) is not None:
            self._known[model] = found
        return self._known.get(model)

    async def of(self, line: Line, model: str, spending: Spending) -> Dialect:
        """Return the server's dialect. While it is unknown, the one that every server understands.

        Tickets that come while the server is being asked wait for the same answer, each as long as it can; the requests
        are paid by the first. That one may go away, or have little time left: the asking goes on for the others.
        """
        if (known := self.known(model)) is not None:
            return known
        if self.now() < self._not_before:
            return plain_dialect(self.address)
        if self._asking is None or self._asking.get_loop() is not asyncio.get_running_loop() or self._asking.done():
            self._asking = asyncio.create_task(self._found_out(line, model, spending))
        found = await asyncio.shield(self._asking)
        return found or plain_dialect(self.address)

    def forget(self, model: str) -> None:
        """Drop what was found out, because the server does not take it any more; it is found out anew, not at once."""
        if self._known.pop(model, None) is not None:
            with suppress(OSError):
                self._file(model).unlink(missing_ok=True)
            self._not_before = self.now() + AGAIN_S

    async def find(self, line: Line, model: str, spending: Spending) -> Dialect:
        """Ask the server, whatever is known, and remember what was found out; raises ChatFailed."""
        try:
            async with asyncio.timeout(LONGEST_S):
                found = await _found(line, model, plain_dialect(self.address), spending)
        except TimeoutError:
            raise ChatFailed(Fault.TIMED_OUT) from None
        self._known[model] = found
        with suppress(OSError):  # a process that can't write finds out for itself each time it starts
            write_file(self._file(model), json.dumps({**self._whose(model), **asdict(found)}) + "\n")
        return found

    async def _found_out(self, line: Line, model: str, spending: Spending) -> Dialect | None:
        try:
            return await self.find(line, model, spending)
        except ChatFailed:
            self._not_before = self.now() + AGAIN_S
            return None

    def _read(self, model: str) -> Dialect | None:
        """Return what the file says; None where it is absent, damaged or of another server."""
        try:
            kept = json.loads(self._file(model).read_text(encoding="utf-8"))
            found = Dialect(Way(kept["way"]), kept["limit"], kept["temperature"])
            whole = found.limit in _OTHER_LIMIT and isinstance(found.temperature, bool)
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        return found if whole and kept == {**self._whose(model), **asdict(found)} else None

    def _whose(self, model: str) -> dict[str, str]:
        return {"server": self.address, "model": model}

    def _file(self, model: str) -> Path:
        digest = hashlib.sha256(f"{self.address}\n{model}".encode()).hexdigest()[:24]
        return self.folder / f"{digest}.json"


def plain_dialect(address: str) -> Dialect:
    """Return what is understood by a server of which nothing is known but its address."""
    host = urlsplit(address).hostname or ""
    newer = host == "openai.com" or host.endswith((".openai.com", ".azure.com"))
    return Dialect(limit="max_completion_tokens" if newer else "max_tokens")


async def _found(line: Line, model: str, dialect: Dialect, spending: Spending) -> Dialect:
    """Return the strongest way that works; raises ChatFailed where none does, for that says nothing about the ways."""
    for way in Way:
        dialect = replace(dialect, way=way)
        for _ in range(3):  # as often as a field can be in the way
            try:
                if await _heeds(line, model, dialect, spending):
                    return dialect
                break
            except ChatFailed as failed:
                spending.told(failed.tokens)
                changed = _without(dialect, failed.about)
                if changed == dialect:
                    if failed.fault not in _NOT_OFFERED or way is Way.TEXT:
                        raise
                    break
                dialect = changed
    raise ChatFailed(Fault.UNUSABLE)


async def _heeds(line: Line, model: str, dialect: Dialect, spending: Spending) -> bool:
    spending.sent()
    answered = await line.ask(_ASKED, dialect, model)
    spending.told(answered.tokens)
    if dialect.way is Way.TEXT:
        return True  # whatever it says: it answers
    try:
        word = json_object(answered.content).get("word")
    except NotAnAnswer:
        return False
    return word == WORD or dialect.way is Way.JSON_OBJECT


def _without(dialect: Dialect, about: str | None) -> Dialect:
    """Return the dialect without what the server does not take."""
    if about == "temperature":
        return replace(dialect, temperature=False)
    return replace(dialect, limit=_OTHER_LIMIT[dialect.limit]) if about == dialect.limit else dialect
