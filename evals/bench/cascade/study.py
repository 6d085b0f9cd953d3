"""Accuracy of the cascade against the share of tickets for which a teacher is asked, by the parts that a run uses.

No server is needed: what is studied is which tickets are asked about, and what an answer is worth.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agent.assemble import Agent
from agent.models.fusion import fused
from agent.models.sureness import Sureness, sureness
from agent.release import load_release
from agent.ticket import LONGEST_TEXT
from evals.bench.cascade.report import CascadeReport, Point, Row, cascade_report
from evals.bench.cascade.teacher import Errs, Teacher
from evals.bench.environment import bench_environment
from evals.datasets import LabelledTicket
from knowledge.plain_text import plain
from knowledge.reading import read

ACCURACIES = (0.83, 0.90, 0.95)
ERRS: tuple[Errs, ...] = ("anywhere", "like ours")
SHARES = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1.0)
SEED = 20261128


@dataclass(frozen=True)
class Asked:
    """The tickets as the embedded model sees them: label probabilities, and which labels are right."""

    likely: NDArray[np.float64]  # (tickets, labels)
    right: NDArray[np.bool_]  # (tickets, labels)
    membership: NDArray[np.float64]  # (labels, categories)

    def sureness(self, by: Sureness) -> NDArray[np.float64]:
        """Return how sure the embedded model is of its category, one a ticket."""
        shares = -np.sort(-(self.likely @ self.membership), axis=1)
        return np.array([sureness(row, by) for row in shares.tolist()])

    def correct(self, likely: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Say for each ticket whether the category that a distribution makes likeliest is right."""
        category = (likely @ self.membership).argmax(axis=1)
        ok: NDArray[np.bool_] = (self.right @ self.membership) > 0
        found: NDArray[np.bool_] = ok[np.arange(len(ok)), category]
        return found


def study(agent: Agent, tickets: Sequence[LabelledTicket], draws: int) -> CascadeReport:
    """Return the curves; each teacher answers every ticket `draws` times."""
    release = load_release("cascade")
    if release.large is None or release.large.ask_below is None:
        raise ValueError("the release asks no teacher")
    asked = asked_of(agent, tickets)
    draw = np.random.default_rng(SEED)
    sure = asked.sureness(release.large.ask_by)
    rows = [
        _row(asked, sure, Teacher(accuracy, errs), release.large.trust, draws, draw)
        for errs in ERRS
        for accuracy in ACCURACIES
    ]
    share = float((sure < release.large.ask_below).mean())
    return cascade_report(rows, asked.correct(asked.likely), release, share, bench_environment(agent, 1))


def asked_of(agent: Agent, tickets: Sequence[LabelledTicket]) -> Asked:
    """Return what the embedded model holds likely of each ticket."""
    texts = [plain(ticket.text).strip()[:LONGEST_TEXT] for ticket in tickets]
    likely = agent.head.label_probabilities(read(texts, agent.reader.encoder, agent.head.telling_words))
    allowed = [{ticket.category, *ticket.also_ok} for ticket in tickets]
    right = np.array([[label.split("/")[0] in ok for label in agent.head.labels] for ok in allowed])
    return Asked(likely, right, agent.head.membership())


def _row(
    asked: Asked,
    sure: NDArray[np.float64],
    teacher: Teacher,
    trust: float,
    draws: int,
    draw: np.random.Generator,
) -> Row:
    """Return a teacher's curve: at each share the least sure tickets are asked about."""
    order = np.argsort(sure, kind="stable")
    own = asked.correct(asked.likely)
    alone, both = np.zeros(len(own)), np.zeros(len(own))
    for _ in range(draws):
        chosen = teacher.answers(asked.likely, asked.right, draw)
        alone += asked.right[np.arange(len(own)), chosen]
        weighed = np.array([fused(likely, label, trust) for likely, label in zip(asked.likely, chosen, strict=True)])
        both += asked.correct(weighed)
    points = []
    for share in SHARES:
        known = own.astype(np.float64)
        these = order[: round(share * len(own))]
        known[these] = both[these] / draws
        points.append(Point.of(share, known, alone / draws))
    return Row(accuracy=teacher.accuracy, errs=teacher.errs, points=points)
