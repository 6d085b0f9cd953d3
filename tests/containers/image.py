"""What the Dockerfile says, read by BuildKit's own parser: stages, what is copied into them, how the image begins."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from string import Template

import pytest

from tests.containers.health import HealthCheck, check_of

# As is docker compose (see composed.py), so that the tests of this folder are skipped elsewhere.
dockerfile = pytest.importorskip("dockerfile", reason="BuildKit's parser is installed on Linux with x86_64 alone")
FROM_BASE = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}  # as the image sets it that we build on


@dataclass(frozen=True)
class Stage:
    """One FROM with what follows it."""

    name: str
    base: str
    commands: tuple[dockerfile.Command, ...]

    def values(self, instruction: str) -> list[tuple[str, ...]]:
        """Return the words of each such instruction."""
        return [command.value for command in self.commands if command.cmd == instruction]

    def copied(self) -> dict[str, str]:
        """Return what is copied from the checkout: source -> target."""
        own = [command for command in self.commands if command.cmd == "COPY" and not _from(command)]
        return {source: command.value[-1] for command in own for source in command.value[:-1]}

    def copied_from(self) -> dict[str, str]:
        """Return what is copied from other stages: target -> stage."""
        copies = [command for command in self.commands if command.cmd == "COPY"]
        return {command.value[-1]: stage for command in copies if (stage := _from(command))}


@dataclass(frozen=True)
class Image:
    """What a container of the last stage begins with."""

    environment: dict[str, str]
    entrypoint: tuple[str, ...]
    command: tuple[str, ...]
    user: str
    check: HealthCheck


def stages(root: Path) -> dict[str, Stage]:
    """Return all stages by name in their order; the last one's is empty."""
    found: dict[str, Stage] = {}
    for command in dockerfile.parse_file(str(root / "Dockerfile")):
        if command.cmd == "FROM":
            base, _, name = (*command.value, "", "")[:3]
            found[name] = Stage(name, base, ())
        elif found:
            last = found[next(reversed(found))]
            found[last.name] = Stage(last.name, last.base, (*last.commands, command))
    return found


def lineage(root: Path, name: str) -> Iterator[Stage]:
    """Yield a stage and those that it is built on."""
    known = stages(root)
    while name in known:
        yield known[name]
        name = known[name].base


def image(root: Path) -> Image:
    """Return the facts of the last stage."""
    last = stages(root)[""]
    environment = dict(FROM_BASE)
    for words in last.values("ENV"):
        named = zip(words[::2], words[1::2], strict=True)
        environment |= {name: Template(value).substitute(environment) for name, value in named}
    health = next(command for command in last.commands if command.cmd == "HEALTHCHECK")
    flags = dict(flag.removeprefix("--").replace("-", "_").split("=") for flag in health.flags)
    return Image(
        environment=environment,
        entrypoint=last.values("ENTRYPOINT")[-1],
        command=last.values("CMD")[-1],
        user=last.values("USER")[-1][0],
        check=check_of({"test": list(health.value), **flags}),
    )


def context(root: Path, source: str) -> list[Path]:
    """Return the files of a COPY's source that .dockerignore lets in, relative to the checkout."""
    place = root / source
    files = [place] if place.is_file() else [file for file in sorted(place.rglob("*")) if file.is_file()]
    known = rules(root)
    return [file.relative_to(root) for file in files if is_let_in(file.relative_to(root), known)]


def rules(root: Path) -> list[str]:
    """Return the lines of .dockerignore."""
    lines = (root / ".dockerignore").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def is_let_in(file: str | Path, rules: list[str]) -> bool:
    """Say whether the last rule that fits a file, or a folder above it, lets it in."""
    path = PurePosixPath(file)
    names = [str(one) for one in (path, *path.parents)]
    let_in = True
    for rule in rules:
        pattern = re.escape(rule.removeprefix("!")).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
        if any(re.fullmatch(pattern, name) for name in names):
            let_in = rule.startswith("!")
    return let_in


def _from(command: dockerfile.Command) -> str:
    return next((flag.removeprefix("--from=") for flag in command.flags if flag.startswith("--from=")), "")
