"""`python -m evals check-data`: whether cases are sound, and whether a split leaks into what is edited or learned."""

from pathlib import Path
from typing import Annotated

import typer


def check_data(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Case files; all splits when left out.", exists=True)
    ] = None,
) -> None:
    """Print what does not hold; exit 1 when there is anything."""
    from agent.assemble import open_classifier
    from agent.release import load_release
    from agent.settings import Settings
    from evals.cases.loading import DATA, load_cases
    from evals.cases.soundness import problems
    from evals.leakage import leaks
    from knowledge.policies import load_policies

    policies = {policy.id: policy for policy in load_policies()}
    cases = load_cases(*(files or [DATA / "dev", DATA / "holdout"]))
    found = [f"{case.id}: {problem}" for case in cases for problem in problems(case, policies)]
    if not files:
        settings = Settings()
        encoder, _ = open_classifier(settings, load_release(settings.release))
        found += [str(leak) for leak in leaks(encoder, settings.var / "evals" / "vectors")]
    for line in found:
        typer.echo(line)
    typer.echo(f"{len(cases)} cases, {len(found)} problems.", err=True)
    raise typer.Exit(1 if found else 0)
