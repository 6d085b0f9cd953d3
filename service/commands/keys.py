"""`triage keys create|list|revoke`: the keys of servers."""

from typing import Annotated

import typer

FAILED, WRONG_USE = 1, 2

app = typer.Typer(no_args_is_help=True, help="Keys of servers that call the service.")


@app.command()
def create(
    role: Annotated[str, typer.Argument(help="service, desk, ops or admin.")],
    name: Annotated[str, typer.Argument(help="What the key is for.")],
) -> None:
    """Make a key. Its secret is printed once and kept nowhere."""
    from service.callers import KEY_ROLES
    from service.clock import utc_now
    from service.database import opened_database
    from service.store.keys import create_key

    if role not in KEY_ROLES:
        typer.echo(f"There is no role {role!r}; there are {', '.join(KEY_ROLES)}.", err=True)
        raise typer.Exit(WRONG_USE)
    with opened_database() as store:
        key, secret = store.write_now(lambda session: create_key(session, name, role, utc_now()))
    typer.echo(f"{key.id}: keep the secret, it is not shown again.", err=True)
    typer.echo(secret)


@app.command("list")
def list_() -> None:
    """List all keys, without their secrets."""
    from service.database import opened_database
    from service.store.keys import list_keys

    with opened_database() as store:
        keys = store.read_now(list_keys)
    lines = [
        f"{key.id}\t{key.role}\t{'revoked' if key.revoked_at else 'holds'}\t{key.created_at:%Y-%m-%d}\t{key.name!r}"
        for key in keys
    ]
    for line in lines:
        typer.echo(line)


@app.command()
def revoke(id: Annotated[str, typer.Argument(help="The key's id, as `list` shows it.")]) -> None:
    """End a key at once."""
    from service.clock import utc_now
    from service.database import opened_database
    from service.store.keys import revoke_key

    with opened_database() as store:
        ended = store.write_now(lambda session: revoke_key(session, id, utc_now()))
    if not ended:
        typer.echo("There is no key with this id that holds.", err=True)
        raise typer.Exit(FAILED)
    typer.echo(f"{id} is revoked.", err=True)
