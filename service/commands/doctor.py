"""`triage doctor`: opens every part as it is and names what is missing or damaged, with its mend; it mends nothing."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from agent.release import Release
    from agent.settings import Settings

EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)  # a clock before the first release is wrong
LATEST = datetime(2057, 1, 1, tzinfo=UTC)
NO_ORDER = "no-such-order"  # that a real shop is asked for, to see whether it answers
LARGEST_LAG = timedelta(days=1)  # of the clock behind what was built on this machine


def doctor() -> None:
    """Check all parts; exit 1 when one is missing or damaged."""
    from agent.settings import Settings
    from knowledge.errors import PartUnavailable, file_problem
    from service.store.errors import BadUrlError, SchemaError, StoreUnavailable
    from tools.shop import ShopUnavailable

    foreseen = (PartUnavailable, ShopUnavailable, BadUrlError, SchemaError, StoreUnavailable, OSError)
    settings, healthy = Settings(), True
    for name, check in CHECKS.items():
        try:
            typer.echo(f"ok       {name:<11} {check(settings)}")
        except foreseen as problem:
            healthy = False
            words = file_problem(problem) if isinstance(problem, OSError) else problem
            typer.echo(f"BROKEN   {name:<11} {words}")
    if not healthy:
        raise typer.Exit(1)


def _clock(settings: "Settings") -> str:
    now = datetime.now(UTC)
    check_clock(now, settings.var)
    return f"{now:%Y-%m-%d %H:%M} UTC"


def check_clock(now: datetime, var: Path) -> None:
    """Raise PartUnavailable when `now` can't be: outside the years of this program, or before what was built."""
    from knowledge.errors import PartUnavailable

    built = [file.stat().st_mtime for part in ("knowledge", "encoder") for file in (var / part).rglob("*")]
    newest = datetime.fromtimestamp(max(built, default=0), UTC)
    if not EARLIEST <= now < LATEST or now < newest - LARGEST_LAG:
        beside = f", but {var} holds files of {newest:%Y-%m-%d}" if EARLIEST <= now < newest else ""
        raise PartUnavailable("clock", f"the machine says {now:%Y-%m-%d}{beside}", "Set the machine's clock (NTP).")


def _release(settings: "Settings") -> str:
    return _load_release(settings).id


def _load_release(settings: "Settings") -> "Release":
    from agent.release import load_release
    from knowledge.errors import PartUnavailable

    try:
        return load_release(settings.release)
    except ValueError as problem:  # unknown, no TOML, or not of a release's form
        words = str(problem).splitlines()[0].rstrip(".:")
        raise PartUnavailable("release", words, "Set TRIAGE_RELEASE, or restore agent/releases.") from problem


def _encoder(settings: "Settings") -> str:
    from knowledge.encoder.choose import inspect_encoder

    return inspect_encoder(settings.var, settings.encoder)


def _policies(settings: "Settings") -> str:
    from knowledge.store import load_passages

    return f"{len(load_passages())} passages"


def _classifier(settings: "Settings") -> str:
    from agent.assemble import open_classifier
    from knowledge.encoder.choose import existing_encoder

    existing_encoder(settings.var, settings.encoder)  # else opening the classifier would export one
    _, head = open_classifier(settings, _load_release(settings))
    return f"{len(head.labels)} labels, learned from {head.manifest['examples']} examples"


def _index(settings: "Settings") -> str:
    from agent.assemble import passages_server
    from knowledge.encoder.choose import existing_encoder
    from knowledge.store import inspect_library, load_passages

    identity = existing_encoder(settings.var, settings.encoder).identity
    return inspect_library(settings.var / "knowledge", load_passages(), identity, passages_server())


def _model(settings: "Settings") -> str:
    import asyncio

    from agent.models.choose import inspect_server
    from agent.settings import ServerSettings

    server, release = ServerSettings(), _load_release(settings)
    if release.large is None and not server.named():
        return f"{release.id} asks no server"
    return asyncio.run(inspect_server(server, settings.var, release.id))


def _shop(settings: "Settings") -> str:
    from agent.shops import open_shop
    from tools.demo_shop.store import DemoShop

    if settings.shop is not None:
        shop, _ = open_shop(settings)
        try:
            shop.order(NO_ORDER)
            return f"{settings.shop} answers"
        finally:
            shop.close()
    demo = DemoShop(settings.var / "shop.db")
    try:
        demo.check()
        return f"demo, {len(demo.orders())} orders"
    finally:
        demo.close()


def _database(settings: "Settings") -> str:
    from service.settings import ServiceSettings
    from service.store.migrate import require_current, require_whole
    from service.store.store import Store

    own = ServiceSettings()
    if own.database is None and not own.file(settings).exists():
        return "none yet, `triage serve` makes it"
    store = Store(own.url(settings))
    try:
        require_current(store)
        require_whole(store)
        return store.kind
    finally:
        store.close()


CHECKS: Mapping[str, Callable[["Settings"], str]] = MappingProxyType(
    {
        "clock": _clock,
        "release": _release,
        "encoder": _encoder,
        "policies": _policies,
        "classifier": _classifier,
        "index": _index,
        "model": _model,
        "shop": _shop,
        "database": _database,
    }
)
