"""What the judge's tests are made of: criteria, labels, and judges that remember what they were asked."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from evals.judge.criteria import Criterion
from evals.judge.labels import Label
from evals.judge.protocol import Grade

ANSWERS = Criterion(id="answers", version=1, question="Does it answer?", yes="It does.", no="It does not.")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def label(item: str, grade: str, by: str = "k.o.", minute: int = 0, **fields: object) -> Label:
    """Return a label; ticket and reply follow from the item, so that the same item has the same texts."""
    values = {"criterion": "answers", "ticket": f"ticket of {item}", "reply": f"reply to {item}", **fields}
    return Label(item=item, label=Grade(grade), by=by, at=NOON + timedelta(minutes=minute), **values)


def labels(yes: int, no: int) -> list[Label]:
    """Return labels of one person on so many items."""
    return [label(f"i{place:04}", "yes" if place < yes else "no") for place in range(yes + no)]


def write(file: Path, rows: Sequence[Label]) -> Path:
    """Write labels as the file that people keep."""
    file.write_text("".join(f"{row.model_dump_json()}\n" for row in rows), encoding="utf-8")
    return file


class AnswerKey:
    """A judge that answers from a list of grades by reply and keeps the replies; an exception in it is raised."""

    def __init__(self, grades: dict[str, Grade | Exception], otherwise: Grade = Grade.YES) -> None:
        self.name = "answer key"
        self.asked: list[str] = []
        self._grades, self._otherwise = grades, otherwise

    async def grade(self, criterion: Criterion, ticket: str, reply: str) -> Grade:
        """See Judge.grade."""
        self.asked.append(reply)
        found = self._grades.get(reply, self._otherwise)
        if isinstance(found, Exception):
            raise found
        return found


class Model:
    """A text model that gives one answer to everything and keeps the prompts; a callable is asked with the prompt."""

    def __init__(self, answer: object) -> None:
        self.prompts: list[str] = []
        self._answer = answer

    async def __call__(self, prompt: str) -> str:
        """Return the answer."""
        self.prompts.append(prompt)
        return self._answer(prompt) if callable(self._answer) else str(self._answer)
