"""`triage doctor`: opens every part as it is and names what is missing, with its mend."""

from collections.abc import Callable
from datetime import UTC, datetime

import typer

EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)  # a clock before the first release is wrong


def doctor() -> None:
    """Check all parts; exit 1 when one is missing or damaged."""
    from knowledge.errors import PartUnavailable
    from tools.shop import ShopUnavailable

    healthy = True
    for name, check in _checks().items():
        try:
            typer.echo(f"ok       {name:<11} {check()}")
        except (PartUnavailable, ShopUnavailable) as problem:
            healthy = False
            typer.echo(f"BROKEN   {name:<11} {problem}")
    if not healthy:
        raise typer.Exit(1)


def _checks() -> dict[str, Callable[[], str]]:
    return {
        "clock": _clock,
        "encoder": _encoder,
        "policies": _policies,
        "classifier": _classifier,
        "index": _index,
        "demo shop": _shop,
    }


def _clock() -> str:
    from knowledge.errors import PartUnavailable

    now = datetime.now(UTC)
    if now < EARLIEST:
        raise PartUnavailable("clock", f"the machine says {now:%Y-%m-%d}", "Set the machine's clock (NTP).")
    return f"{now:%Y-%m-%d %H:%M} UTC"


def _encoder() -> str:
    from agent.settings import Settings
    from knowledge.encoder.choose import inspect_encoder

    settings = Settings()
    return inspect_encoder(settings.var, settings.encoder)


def _policies() -> str:
    from knowledge.store import load_passages

    return f"{len(load_passages())} passages"


def _classifier() -> str:
    from agent.assemble import open_classifier
    from agent.release import load_release
    from agent.settings import Settings

    settings = Settings()
    _encoder()
    _, head = open_classifier(settings, load_release(settings.release))
    return f"{len(head.labels)} labels, learned from {head.manifest['examples']} examples"


def _index() -> str:
    from agent.settings import Settings
    from knowledge.encoder.choose import open_encoder
    from knowledge.library import open_library
    from knowledge.store import content_hash, load_passages

    settings = Settings()
    _encoder()
    identity = open_encoder(settings.var, settings.encoder).identity
    library = open_library(settings.var / "knowledge" / content_hash(load_passages(), identity))
    return f"{len(library.passages)} passages in {library.content}"


def _shop() -> str:
    from agent.settings import Settings
    from tools.demo_shop.store import DemoShop

    demo = DemoShop(Settings().var / "shop.db")
    try:
        demo.check()
        return f"{len(demo.orders())} orders"
    finally:
        demo.close()
