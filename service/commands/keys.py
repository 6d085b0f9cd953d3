"""`triage keys create|list|revoke`: the keys of servers."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from service.store.store import Store

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
    from service.store.keys import create_key

    if role not in KEY_ROLES:
        typer.echo(f"There is no role {role!r}; there are {', '.join(KEY_ROLES)}.", err=True)
        raise typer.Exit(WRONG_USE)
    store = _opened()
    key, secret = store.write_now(lambda session: create_key(session, name, role, utc_now()))
    store.close()
    typer.echo(f"{key.id}: keep the secret, it is not shown again.", err=True)
    typer.echo(secret)


@app.command("list")
def list_() -> None:
    """List all keys, without their secrets."""
    from service.store.keys import list_keys

    store = _opened()
    lines = store.read_now(
        lambda session: [
            f"{key.id}\t{key.role}\t{'revoked' if key.revoked_at else 'holds'}\t{key.created_at:%Y-%m-%d}\t{key.name!r}"
            for key in list_keys(session)
        ]
    )
    store.close()
    for line in lines:
        typer.echo(line)


@app.command()
def revoke(id: Annotated[str, typer.Argument(help="The key's id, as `list` shows it.")]) -> None:
    """End a key at once."""
    from service.clock import utc_now
    from service.store.keys import revoke_key

    store = _opened()
    ended = store.write_now(lambda session: revoke_key(session, id, utc_now()))
    store.close()
    if not ended:
        typer.echo("There is no key with this id that holds.", err=True)
        raise typer.Exit(FAILED)
    typer.echo(f"{id} is revoked.", err=True)


def _opened() -> "Store":
    """Open the database and bring it up to this version."""
    from agent.settings import Settings
    from service.settings import ServiceSettings
    from service.store.migrate import upgrade
    from service.store.store import Store

    settings, own = Settings(), ServiceSettings()
    if own.database is None:
        settings.var.mkdir(parents=True, exist_ok=True)
    store = Store(own.url(settings))
    upgrade(store)
    return store
