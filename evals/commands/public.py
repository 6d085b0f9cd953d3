"""`python -m evals public FOLDER`: tickets that this project did not write, one line a file.

Lines hold id, text and category (`evals run --data FILE` tells more of those). Files without a category are judged by
what happened instead: whether the flag for a person or for an attack was raised, and which actions came of it.
"""

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from agent.assemble import Agent
    from agent.decision import Decision, Flag


def public(
    folder: Annotated[Path, typer.Argument(help="A folder of .jsonl files.", exists=True, file_okay=False)],
) -> None:
    """Say how the agent does on other people's labelled tickets."""
    from agent.assemble import assemble
    from agent.bulk import BulkClassifier
    from agent.settings import Settings
    from evals.cases.loading import BadCaseError

    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise BadCaseError(f"There are no .jsonl files in {folder}.")
    agent = assemble(Settings())
    classifier = BulkClassifier(agent.reader.encoder, agent.head)
    try:
        for file in files:
            rows = _rows(file)
            labelled = all(row.get("category") for row in rows)
            measured = _accuracy(classifier, file) if labelled else _happened(agent, rows)
            typer.echo(f"{file.name.split('.')[0]:<26} {len(rows):>4}  {measured}")
    finally:
        agent.close()


def _rows(file: Path) -> list[dict[str, Any]]:
    """Return the lines of a file; raises BadCaseError for one that is no ticket with an id."""
    from evals.cases.loading import BadCaseError

    rows = []
    for number, line in enumerate(file.read_bytes().rstrip(b"\n").split(b"\n"), start=1):
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict) or not isinstance(row.get("id"), str) or not isinstance(row.get("text"), str):
            raise BadCaseError(f"{file.name}, line {number}: a line needs id and text, both as strings.")
        rows.append(row)
    return rows


def _accuracy(classifier: Any, file: Path) -> str:
    from agent.ticket import LONGEST_TEXT
    from evals.datasets import load_labelled
    from evals.statistics.resampling import mean_estimate
    from knowledge.plain_text import plain

    tickets = load_labelled(file)
    guesses = classifier.classify([plain(ticket.text).strip()[:LONGEST_TEXT] for ticket in tickets])
    pairs = zip(guesses, tickets, strict=True)
    right = [float(guess in {ticket.category, *ticket.also_ok}) for (guess, _), ticket in pairs]
    return f"accuracy {mean_estimate(right).text()}"


def _happened(agent: "Agent", rows: list[dict[str, Any]]) -> str:
    from agent.decision import Flag

    decisions = asyncio.run(_decided(agent, rows))
    empty = f", {len(rows) - len(decisions)} empty" * (len(decisions) < len(rows))
    actions = Counter(decision.next_action.value for decision in decisions)
    flags = ", ".join(_raised(decisions, flag) for flag in (Flag.WANTS_HUMAN, Flag.INJECTION_SUSPECTED))
    return f"{flags}, {dict(actions)}{empty}"


async def _decided(agent: "Agent", rows: list[dict[str, Any]]) -> "list[Decision]":
    from agent.ticket import EmptyTicketError, Ticket

    decisions = []
    for row in rows:
        try:
            decisions.append((await agent.run(Ticket.of(row["text"], ticket_id=row["id"])))[0])
        except EmptyTicketError:  # refused at the door, as it should be
            continue
    return decisions


def _raised(decisions: "list[Decision]", flag: "Flag") -> str:
    from evals.statistics.proportions import share

    raised = sum(flag in decision.flags for decision in decisions)
    return f"{flag.value} {share(raised, len(decisions)).text()}"
