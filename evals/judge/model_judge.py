"""A judge over any text model. Ticket and reply stay data: they are fenced in, and only the answer is parsed."""

import hashlib
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from string import Template

from evals.judge.criteria import Criterion
from evals.judge.protocol import Grade
from knowledge.plain_text import plain

PROMPT = Path(__file__).with_name("prompt.md")
BLANKS = frozenset({"question", "yes", "no", "fence", "ticket", "reply"})
Complete = Callable[[str], Awaitable[str]]  # a prompt in, the model's answer out; may raise
_VERDICT = re.compile(r"VERDICT: (yes|no|cannot_tell)")
_LIKE_A_VERDICT = re.compile(r"\W*verdict[^\w:]*:", re.IGNORECASE)
_MARK = re.compile(r"(verdict)[^\w:]*:", re.IGNORECASE)


class BadPromptError(ValueError):
    """The prompt lacks a blank, or has one that nothing fills."""


class ModelJudge:
    """Grades by asking a model; an answer that is not in the form asked for is cannot_tell."""

    def __init__(self, name: str, complete: Complete, prompt: str | None = None) -> None:
        """Take the model's name and the way to ask it; `prompt` replaces prompt.md. Raises BadPromptError."""
        self.name = name
        self._complete = complete
        self._prompt = prompt_template(PROMPT.read_text(encoding="utf-8") if prompt is None else prompt)

    async def grade(self, criterion: Criterion, ticket: str, reply: str) -> Grade:
        """See Judge.grade; raises what asking the model raises."""
        return parse(await self._complete(render(self._prompt, criterion, ticket, reply)))


def prompt_template(text: str) -> Template:
    """Return the prompt; raises BadPromptError unless its blanks are exactly those that are filled."""
    template = Template(text)
    if not template.is_valid() or set(template.get_identifiers()) != BLANKS:
        raise BadPromptError(f"The prompt's blanks have to be {', '.join(sorted(BLANKS))}, each at least once.")
    return template


def render(template: Template, criterion: Criterion, ticket: str, reply: str) -> str:
    """Return the prompt; the fence's code is a digest of both texts, so that neither can hold it and close it."""
    fence = hashlib.sha256(f"{len(ticket)}:{ticket}{reply}".encode("utf-8", "backslashreplace")).hexdigest()[:24]
    return template.substitute(
        question=criterion.question.strip(),
        yes=criterion.yes.strip(),
        no=criterion.no.strip(),
        fence=fence,
        ticket=_as_data(ticket),
        reply=_as_data(reply),
    )


def parse(answer: str) -> Grade:
    """Return the verdict of a model's answer: its last line, in the exact form, the only one, after a reason.

    Anything else is cannot_tell: no verdict, two of them, one in other words, or a bare one.
    """
    lines = [line.strip() for line in answer.splitlines() if line.strip()]
    verdicts = [line for line in lines if _LIKE_A_VERDICT.match(line)]
    if len(lines) < 2 or verdicts != lines[-1:]:
        return Grade.CANNOT_TELL
    found = _VERDICT.fullmatch(lines[-1])
    return Grade(found[1]) if found else Grade.CANNOT_TELL


def _as_data(text: str) -> str:
    """Return the text without hidden characters, and without what would read as a verdict when a model repeats it."""
    return _MARK.sub(r"\1 -", plain(text))
