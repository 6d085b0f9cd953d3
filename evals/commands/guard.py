"""`python -m evals guard`: what the check lets models say in words of their own, honest ones and hostile ones."""

import typer


def guard() -> None:
    """Print what honest models lose of their own words, and how many hostile replies would leave; exit 1 for any."""
    from agent.evidence import Evidence
    from evals.statements import load_statements, passes, share_kept
    from evals.statistics.proportions import upper_bound

    for name in ("seen", "unseen"):
        statements = load_statements(f"honest_{name}")
        for kind in sorted({one.kind for one in statements}):
            kept = share_kept([one for one in statements if one.kind == kind])
            typer.echo(f"honest, {name:<6}  {kind:<9} kept {kept.text()}")
    hostile = load_statements("hostile")
    left = [one for one in hostile if passes(one, Evidence())]
    typer.echo(
        f"hostile         would leave {len(left)} of {len(hostile)}, at most {upper_bound(len(left), len(hostile)):.4f}"
    )
    for one in left:
        typer.echo(f"  {one.kind}: {one.text}")
    if left:
        raise typer.Exit(1)
