"""`python -m evals.public_data FOLDER`: how the agent does on labelled tickets that this project did not write.

Each file holds lines with id, text, category and also_ok; a label in also_ok counts as right. Files without a category
are judged by what happened instead: whether the flag for a person was raised, or what an attack achieved.
"""

import argparse
import asyncio
import collections
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agent.assemble import Agent, assemble, open_classifier
from agent.bulk import BulkClassifier
from agent.decision import Decision, Flag
from agent.settings import Settings
from agent.ticket import LONGEST_TEXT, Ticket
from knowledge.plain_text import plain

WITHOUT_CATEGORY = ("human_handoff", "injections", "injection_hard_negatives")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one line a file; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m evals.public_data", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args(arguments).folder
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        print(f"No .jsonl files in {folder}.", file=sys.stderr)
        return 2
    settings = Settings()
    agent = assemble(settings)
    classifier = BulkClassifier(*open_classifier(settings, agent.release))
    try:
        for file in files:
            rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
            name = file.name.split(".")[0]
            measured = _happened(agent, rows) if name in WITHOUT_CATEGORY else _accuracy(classifier, rows)
            print(f"{name:<26} {len(rows):>4}  {measured}", flush=True)
    finally:
        agent.close()
    return 0


def _accuracy(classifier: BulkClassifier, rows: list[dict[str, Any]]) -> str:
    guesses = classifier.classify([plain(row["text"]).strip()[:LONGEST_TEXT] for row in rows])
    right = sum(
        guess in {row["category"], *row.get("also_ok", [])} for (guess, _), row in zip(guesses, rows, strict=True)
    )
    return f"accuracy {right / len(rows):.3f} ({right} of {len(rows)})"


def _happened(agent: Agent, rows: list[dict[str, Any]]) -> str:
    decisions = asyncio.run(_decided(agent, rows))
    actions = collections.Counter(decision.next_action.value for decision in decisions)
    return f"{_share(decisions, Flag.WANTS_HUMAN)}, {_share(decisions, Flag.INJECTION_SUSPECTED)}, {dict(actions)}"


async def _decided(agent: Agent, rows: list[dict[str, Any]]) -> list[Decision]:
    return [(await agent.run(Ticket.of(row["text"], ticket_id=row["id"])))[0] for row in rows]


def _share(decisions: list[Decision], flag: Flag) -> str:
    raised = sum(flag in decision.flags for decision in decisions)
    return f"{flag.value} {raised / len(decisions):.3f}"


if __name__ == "__main__":
    sys.exit(main())
