"""`python -m evals label FILE`: walks a person through answers or tickets and keeps who judged what."""

import random
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from evals.labelling import Asked

SKIP, STOP = "s", "q"
SEED = 7


def label(
    file: Annotated[Path, typer.Argument(help="A result (.json) or tickets (.jsonl).", exists=True, dir_okay=False)],
    by: Annotated[str, typer.Option(prompt="Your name or initials", help="Who judges; kept with each label.")],
    out: Annotated[Path | None, typer.Option(help="Where labels are kept; beside FILE when left out.")] = None,
    most: Annotated[int | None, typer.Option(min=1, help="Stop after so many questions.")] = None,
    criterion: Annotated[list[str] | None, typer.Option(help="Only these criteria of rubrics.toml.")] = None,
) -> None:
    """Label answers or tickets one by one; what was labelled before is not asked again."""
    from evals.judge.criteria import load_criteria
    from evals.labelling import done_by, items_of, keep, questions

    person = " ".join(by.split())
    if not person:
        raise typer.BadParameter("a label without a name counts for nothing", param_hint="--by")
    criteria = load_criteria()
    if unknown := set(criterion or ()) - set(criteria):
        raise typer.BadParameter(
            f"there is no {sorted(unknown)[0]}, only {', '.join(criteria)}", param_hint="--criterion"
        )
    target = out or file.with_name(f"{file.stem}.labels.jsonl")
    wanted = [one for one in criteria.values() if not criterion or one.id in criterion]
    asked = questions(items_of(file), wanted, done_by(target, person))
    # In an order of its own for each person, so that tiredness does not fall on the same items for all.
    random.Random(f"{SEED} {person}").shuffle(asked)  # noqa: S311 - no secret
    kept = 0
    for place, one in enumerate(asked[:most], start=1):
        _show(one, place, len(asked[:most]))
        answer = _answer(one)
        if answer == STOP:
            break
        if answer != SKIP:
            keep(target, one, answer, person)
            kept += 1
    typer.echo(f"{kept} labels kept in {target}; {len(asked) - kept} are left.", err=True)


def _show(asked: "Asked", place: int, count: int) -> None:
    """Print ticket and reply as plain text: control characters in them must not reach the terminal."""
    from knowledge.plain_text import plain

    typer.echo(f"\n--- {place} of {count} " + "-" * 50)
    typer.echo(plain(asked.item.ticket))
    if asked.item.reply is not None:
        typer.echo("--- reply")
        typer.echo(plain(asked.item.reply))
    if asked.criterion is not None:
        typer.echo(f"--- {asked.criterion.question}\n    yes: {asked.criterion.yes}\n    no:  {asked.criterion.no}")


def _answer(asked: "Asked") -> str:
    """Return the label, or SKIP or STOP; asks until it is one of what may be typed."""
    from agent.taxonomy import TAXONOMY
    from evals.labelling import answers_to

    may = answers_to(asked)
    if asked.criterion is None:
        for key, name in may.items():
            typer.echo(f"  {key:>2} {name}: {TAXONOMY[name].definition}")
    while True:
        keys = "y, n, ?" if asked.criterion else f"1 to {len(may)}"
        typed = typer.prompt(f"[{keys}; {SKIP} skip, {STOP} stop]", prompt_suffix=" ").strip().lower()
        if typed in {SKIP, STOP}:
            return str(typed)
        if typed in may:
            return may[typed]
        typer.echo("That is none of them.", err=True)
