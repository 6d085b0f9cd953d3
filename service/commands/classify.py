"""`triage classify`: the classifier alone over a file, its plainest form."""

import json
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

CHUNK = 256  # texts encoded at once
NEEDED = "an id and a text"
WRONG_USE = 2


def classify(
    source: Annotated[
        Path, typer.Argument(metavar="IN.jsonl", help="Lines with id and text.", exists=True, dir_okay=False)
    ],
    target: Annotated[Path, typer.Argument(metavar="OUT.jsonl", help="Lines with id, category and confidence.")],
) -> None:
    """Classify every line of a JSONL file; nothing is looked up, nothing is abstained from."""
    if unfit := _unfit(source, target):
        typer.echo(unfit, err=True)
        raise typer.Exit(WRONG_USE)

    from agent.assemble import open_classifier
    from agent.bulk import BulkClassifier
    from agent.release import load_release
    from agent.settings import Settings

    settings = Settings()
    classifier = BulkClassifier(*open_classifier(settings, load_release(settings.release)))
    count = 0
    with source.open("rb") as lines, _output(target) as out:
        rows = _rows(lines)
        while chunk := list(islice(rows, CHUNK)):
            results = classifier.classify([text for _, text in chunk])
            for (id, _), (category, confidence) in zip(chunk, results, strict=True):
                out.write(json.dumps({"id": id, "category": category, "confidence": confidence}) + "\n")
            count += len(chunk)
    typer.echo(f"{count} tickets classified into {target}", err=True)


def _unfit(source: Path, target: Path) -> str | None:
    """Say why nothing can be written to `target`, before any work is done."""
    if target.is_dir():
        return f"{target} is a folder; OUT.jsonl is a file."
    if not target.resolve().parent.is_dir():
        return f"{target.parent} is not a folder; make it first."
    if target.is_file() and target.samefile(source):
        return f"{target} is IN.jsonl itself, which would be lost; name another OUT.jsonl."
    return None


def _output(target: Path) -> AbstractContextManager[TextIO]:
    """A file appears whole or not at all; a pipe or a device, such as /dev/stdout, is written to as it is."""
    from knowledge.atomic import new_file

    if target.is_relative_to("/dev") or (target.exists() and not target.is_file()):
        return target.open("a", encoding="utf-8")
    return new_file(target.resolve())


def _rows(lines: Iterable[bytes]) -> Iterator[tuple[Any, str]]:
    """Yield id and cleaned text of each line; raises BadLineError at the first that lacks one."""
    from agent.ticket import LONGEST_TEXT
    from knowledge.plain_text import plain
    from service.lines import BadLineError, objects

    for number, row in objects(lines, NEEDED):
        id, text = row.get("id"), row.get("text")
        if "id" not in row or isinstance(id, dict | list) or not isinstance(text, str):
            raise BadLineError(number, NEEDED)
        yield id, plain(text).strip()[:LONGEST_TEXT]
