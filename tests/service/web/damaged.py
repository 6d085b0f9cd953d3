"""A database that breaks while pages are open."""

from pathlib import Path

from sqlalchemy.engine import make_url

from tests.service.running import Running


def damage(service: Running, url: str) -> None:
    """Write over the database's file, as a disk that breaks does."""
    service.parts.store.engine.dispose()
    file = Path(make_url(url).database or "")
    for log in file.parent.glob(f"{file.name}-*"):
        log.unlink()
    file.write_bytes(b"\xa5" * file.stat().st_size)
