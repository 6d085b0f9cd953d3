"""The search over the shop's own articles, on questions that somebody wrote without its words: a floor, not an aim."""

from pathlib import Path

import yaml

from agent.assemble import Agent
from knowledge.encoder.protocol import Encoder
from knowledge.reading import read
from tools.demo_shop.seed import SHOP_DAY

RECALL_AT_5, RECIPROCAL_RANK = 0.8, 0.7


def test_recall_and_rank(root: Path, agent: Agent, encoder: Encoder) -> None:
    rows = yaml.safe_load((root / "evals" / "data" / "retrieval.yaml").read_text(encoding="utf-8"))
    answerable = [row for row in rows if row["passages"]]
    vectors = read([row["question"] for row in answerable], encoder, frozenset()).vectors
    ranks = []
    for row, vector in zip(answerable, vectors, strict=True):
        ids = [found.passage.id for found in agent.search.find(row["question"], vector, SHOP_DAY)]
        ranks.append(next((place for place, id in enumerate(ids, start=1) if id in row["passages"]), None))
    found = [rank for rank in ranks if rank is not None]
    assert len(answerable) >= 150
    assert len(found) / len(ranks) >= RECALL_AT_5
    assert sum(1 / rank for rank in found) / len(ranks) >= RECIPROCAL_RANK
