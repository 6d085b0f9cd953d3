"""The keys of the demo: one for each role, in a file that only its owner may read."""

import json
import os
from datetime import datetime
from pathlib import Path

from service.callers import KEY_ROLES
from service.store.keys import create_key, key_of
from service.store.store import Session, Store


def ensure_demo_keys(store: Store, file: Path, now: datetime) -> None:
    """Make the keys and write them to the file, unless all that it holds still hold."""
    kept = _read(file)

    def unit(session: Session) -> dict[str, str]:
        if kept and all(_holds(session, kept[role], role) for role in KEY_ROLES):
            return kept
        return {role.value: create_key(session, "demo", role.value, now)[1] for role in KEY_ROLES}

    _write(file, store.write_now(unit))


def _holds(session: Session, secret: str, role: str) -> bool:
    key = key_of(session, secret)
    return key is not None and key.role == role


def _read(file: Path) -> dict[str, str]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    whole = (
        isinstance(found, dict) and set(found) == set(KEY_ROLES) and all(isinstance(one, str) for one in found.values())
    )
    return found if whole else {}


def _write(file: Path, keys: dict[str, str]) -> None:
    """Write the file under a name of its own first, never readable by others, not even for a moment."""
    file.parent.mkdir(parents=True, exist_ok=True)
    workshop = file.with_name(f".{file.name}.{os.getpid()}")
    workshop.unlink(missing_ok=True)
    descriptor = os.open(workshop, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as lines:
        lines.write(json.dumps(keys, indent=2) + "\n")
    workshop.replace(file)
