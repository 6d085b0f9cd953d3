"""Retrieval alone: questions with the passages that answer them, a quarter of them with none."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from agent.assemble import Agent
from evals.statistics.estimate import Estimate
from evals.statistics.resampling import mean_estimate
from tools.demo_shop.seed import SHOP_DAY

FILE = Path(__file__).parent.parent / "data" / "retrieval.yaml"
DEPTHS = (1, 3, 5)


class Question(BaseModel):
    """A question; `passages` are the ids of those that answer it, empty where none does."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    question: str
    category: str
    passages: tuple[str, ...]


@dataclass(frozen=True)
class Searched:
    """A question and the ids of the passages that were found, best first."""

    question: Question
    found: tuple[str, ...]

    def rank(self) -> int | None:
        """Return the place of the first passage that answers, from 1; None where none was found."""
        return next((place for place, id in enumerate(self.found, 1) if id in self.question.passages), None)


def load_questions(file: Path = FILE) -> list[Question]:
    """Return all questions."""
    rows = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return TypeAdapter(list[Question]).validate_python(rows)


def search_all(agent: Agent, questions: list[Question], day: date = SHOP_DAY) -> list[Searched]:
    """Search each question with the release's settings, by its own words alone."""
    vectors = agent.reader.encode([one.question for one in questions])
    return [
        Searched(one, tuple(found.passage.id for found in agent.search.find(one.question, vector, day)))
        for one, vector in zip(questions, vectors, strict=True)
    ]


def retrieval_measures(searched: list[Searched]) -> dict[str, Estimate]:
    """Return recall@k and mean reciprocal rank where something answers, and silence where nothing does."""
    ranks = [one.rank() for one in searched if one.question.passages]
    silent = [float(not one.found) for one in searched if not one.question.passages]
    measures = {
        f"recall@{depth}": mean_estimate([float(rank is not None and rank <= depth) for rank in ranks], None)
        for depth in DEPTHS
    }
    measures["mrr"] = mean_estimate([1 / rank if rank else 0.0 for rank in ranks], None)
    measures["silent_when_unanswerable"] = mean_estimate(silent, None)
    return measures
