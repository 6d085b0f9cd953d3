"""Runs what docker-compose.yml says as processes of this machine: its commands, environment, order and health checks.

Only places differ: a table says which path, port or host of a container is which one here.
"""

import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.containers.composed import Service
from tests.containers.health import HealthCheck
from tests.containers.postgres_here import PostgresHere

VAR = "/run/triage"  # a tmpfs of each container
ASKED_EVERY = 0.2  # seconds


@dataclass
class Container:
    """What runs for a service."""

    service: Service
    process: "subprocess.Popen[bytes]"
    environment: Mapping[str, str]
    log: Path


class Topology:
    """The services, started when they are asked for, after what they need; all have ended when the context does."""

    def __init__(
        self, services: Mapping[str, Service], places: Mapping[str, str], postgres: PostgresHere, folder: Path
    ) -> None:
        self._services = services
        self._places = places
        self._postgres = postgres
        self._folder = folder
        self._cleanup = ExitStack()
        self.running: dict[str, Container] = {}  # in the order of their start

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._cleanup.close()

    def up(self, name: str) -> None:
        """Start a service, and first what it needs, until that is as it has to be."""
        if name in self.running:
            return
        service = self._services[name]
        self._up_to(service)
        argv, environment = self._begin(service, service.argv, name)
        with (self._folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                argv,
                env=environment,
                cwd=self._cwd(service),
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=self._user(service),
            )
        self.running[name] = Container(service, process, environment, Path(log.name))
        self._cleanup.callback(_kill, process)

    def run(self, name: str, *command: str) -> "subprocess.CompletedProcess[str]":
        """Do as `docker compose run --rm NAME COMMAND` does: a container of its own, until its command has ended."""
        service = self._services[name]
        self._up_to(service)
        argv = (*service.argv[: len(service.argv) - len(service.command)], *(command or service.command))
        said, environment = self._begin(service, argv, f"{name}-{len(list(self._folder.iterdir()))}")
        return self._ended(said, environment, self._cwd(service))

    def exec(self, name: str, *command: str) -> "subprocess.CompletedProcess[str]":
        """Do as `docker compose exec NAME COMMAND` does: in the container that runs, without its entry point."""
        container = self.running[name]
        return self._ended([self._here(word) for word in command], container.environment, self._cwd(container.service))

    def healthy(self, name: str) -> None:
        """Wait until the health check holds; raises AssertionError where that takes longer than the check allows."""
        container, check = self.running[name], self._services[name].check
        assert check is not None
        ends = time.monotonic() + check.longest
        while time.monotonic() < ends:
            assert container.process.poll() is None, container.log.read_text(encoding="utf-8")
            if self._holds(container, check):
                return
            time.sleep(ASKED_EVERY)
        raise AssertionError(f"{name} is not healthy: {container.log.read_text(encoding='utf-8')}")

    def address(self) -> str:
        """Return where the published port is reached."""
        return self._here("http://127.0.0.1:8000")

    def stop(self, name: str) -> int:
        """End a service as docker does, and return its exit code; raises TimeoutExpired beyond its grace."""
        container = self.running.pop(name)
        container.process.send_signal(signal.SIGTERM)
        return container.process.wait(container.service.grace)

    def _up_to(self, service: Service) -> None:
        for needed, condition in service.needs.items():
            self.up(needed)
            if condition == "service_healthy":
                self.healthy(needed)
            else:
                container = self.running[needed]
                assert container.process.wait(60) == 0, container.log.read_text(encoding="utf-8")

    def _begin(self, service: Service, argv: Sequence[str], container: str) -> tuple[list[str], dict[str, str]]:
        """Return a container's command and environment here, where it has a folder of its own in place of its tmpfs."""
        if self._is_postgres(service):
            return self._postgres.program(argv), self._postgres.environment()
        places = self._places | {VAR: str(self._folder / container)}
        environment = {name: self._here(value, places) for name, value in service.environment.items()}
        return [self._here(word, places) for word in argv], environment

    def _holds(self, container: Container, check: HealthCheck) -> bool:
        if self._is_postgres(container.service):
            command = self._postgres.program(check.command)
        else:
            command = [self._here(word) for word in check.command]
        try:
            done = subprocess.run(
                command, env=container.environment, capture_output=True, check=False, timeout=check.timeout
            )
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0

    def _here(self, text: str, places: Mapping[str, str] | None = None) -> str:
        known = places or self._places
        longest_first = sorted(known, key=len, reverse=True)
        return re.sub("|".join(map(re.escape, longest_first)), lambda found: known[found[0]], text)

    def _ended(
        self, argv: Sequence[str], environment: Mapping[str, str], cwd: Path
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(argv, env=environment, cwd=cwd, capture_output=True, text=True, check=False, timeout=100)

    def _cwd(self, service: Service) -> Path:
        return Path(self._here(service.folder)) if service.folder else Path("/")

    def _user(self, service: Service) -> str | None:
        return self._postgres.user if self._is_postgres(service) else None

    @staticmethod
    def _is_postgres(service: Service) -> bool:
        return service.image.startswith("postgres:")


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """End what a test left running, with what it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
