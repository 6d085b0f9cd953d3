"""One server and one of its models: asked within a deadline, with one more try at most, left alone while it fails."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from agent.models.breaker import Breaker
from agent.models.chat import PASSING, SETTLED, ChatFailed, Dialect, Fault, Line, Question
from agent.models.dialects import LONGEST_S, Dialects
from agent.models.json_answer import NotAnAnswer
from agent.models.spending import Spending

T = TypeVar("T")
UNRESOLVED = "unresolved"
PAUSE_S = 0.1  # before another try, where the server names none
LEAST_TRY_S = 0.3  # a try with less time than this is not worth beginning
AGAIN = "\n\nYour answer before this one was not of the schema. Answer with one JSON object of the schema."


@dataclass
class ModelServer:
    """Asks one model of one server. `model` is None until it is named or found to be the only one on offer."""

    line: Line
    dialects: Dialects
    breaker: Breaker
    model: str | None = None

    @property
    def name(self) -> str:
        """Return the model's name, as Decisions show it."""
        return self.model or UNRESOLVED

    async def ask(self, question: Question, read: Callable[[str], T], spending: Spending) -> T:
        """Return what `read` makes of the answer; it raises NotAnAnswer for one that is not of the schema.

        Raises ChatFailed, within the deadline whatever the server does.
        """
        if spending.deadline.left() < LEAST_TRY_S:
            raise ChatFailed(Fault.NO_TIME)  # no fault of the server's
        permit = self.breaker.permit()
        if permit is None:
            raise ChatFailed(Fault.SHUT_OFF)
        try:
            async with asyncio.timeout(spending.deadline.left()):
                answer = await self._asked(question, read, spending)
        except TimeoutError:
            self.breaker.failed(permit)
            raise ChatFailed(Fault.TIMED_OUT) from None
        except ChatFailed as failed:
            self.breaker.failed(permit, settled=failed.fault in SETTLED, after_s=failed.after_s)
            raise
        except BaseException:
            if spending.deadline.left() > 0:
                self.breaker.gave_up(permit)
            else:  # cut from outside, but only after its time
                self.breaker.failed(permit)
            raise
        self.breaker.succeeded(permit)
        return answer

    async def resolve(self, spending: Spending) -> tuple[str, Dialect]:
        """Return the model's name and the server's dialect; raises ChatFailed."""
        model = await self.named()
        return model, await self.dialects.of(self.line, model, spending)

    async def named(self) -> str:
        """Return the model's name, asking the server for its only one where none is named; raises ChatFailed."""
        if self.model is None:
            try:
                async with asyncio.timeout(LONGEST_S):
                    offered = await self.line.models()
            except TimeoutError:
                raise ChatFailed(Fault.UNREACHABLE) from None
            if len(offered) != 1:
                raise ChatFailed(Fault.UNNAMED)
            self.model = offered[0]
        return self.model

    async def _asked(self, question: Question, read: Callable[[str], T], spending: Spending) -> T:
        model, dialect = await self.resolve(spending)
        while True:
            spending.sent()
            try:
                answered = await self.line.ask(question, dialect, model)
                spending.told(answered.tokens)
                return _read(answered.content, read)
            except ChatFailed as failed:
                spending.told(failed.tokens)
                if failed.fault is Fault.REJECTED:
                    self.dialects.forget(model)
                pause = failed.after_s if failed.after_s is not None else PAUSE_S
                fits = pause + LEAST_TRY_S <= spending.deadline.left()
                if failed.fault not in PASSING or not fits or not spending.retry():
                    raise
                await asyncio.sleep(pause)
                if failed.fault is Fault.UNUSABLE:
                    question = replace(question, asked=question.asked.removesuffix(AGAIN) + AGAIN)

    async def close(self) -> None:
        """Let go of the connections."""
        await self.line.close()


def _read(content: str, read: Callable[[str], T]) -> T:
    try:
        return read(content)
    except NotAnAnswer:
        raise ChatFailed(Fault.UNUSABLE) from None
