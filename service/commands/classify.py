"""`triage classify`: the classifier alone over a file, its plainest form."""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

CHUNK = 256  # texts encoded at once


def classify(
    source: Annotated[
        Path, typer.Argument(metavar="IN.jsonl", help="Lines with id and text.", exists=True, dir_okay=False)
    ],
    target: Annotated[Path, typer.Argument(metavar="OUT.jsonl", help="Lines with id, category and confidence.")],
) -> None:
    """Classify every line of a JSONL file; nothing is looked up, nothing is abstained from."""
    from agent.assemble import open_classifier, quiet
    from agent.bulk import BulkClassifier
    from agent.release import load_release
    from agent.settings import Settings

    quiet()
    settings = Settings()
    classifier = BulkClassifier(*open_classifier(settings, load_release(settings.release)))
    count = 0
    with source.open("rb") as lines, target.open("w", encoding="utf-8") as out:
        rows = _rows(lines)
        while chunk := list(islice(rows, CHUNK)):
            for (id, _), (category, confidence) in zip(
                chunk, classifier.classify([text for _, text in chunk]), strict=True
            ):
                out.write(json.dumps({"id": id, "category": category, "confidence": confidence}) + "\n")
            count += len(chunk)
    typer.echo(f"{count} tickets classified into {target}", err=True)


def _rows(lines: Any) -> Iterator[tuple[Any, str]]:
    """Yield id and cleaned text of each line; stops the command at the first line that has none."""
    from agent.ticket import LONGEST_TEXT
    from knowledge.plain_text import plain

    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            id, text = row["id"], row["text"]
            if not isinstance(text, str):
                raise TypeError("text is not a string")
        except (ValueError, KeyError, TypeError) as problem:
            typer.echo(f"Line {number} is not a JSON object with an id and a text.", err=True)
            raise typer.Exit(1) from problem
        yield id, plain(text).strip()[:LONGEST_TEXT]
