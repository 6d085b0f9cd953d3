"""Where a benchmark ran: what evals.environment tells, and what else decides about speed."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from agent.assemble import Agent
from evals.bench.family import work_of_family
from evals.environment import Environment, environment

KIBIBYTES = 1024  # in a MiB
BUSY_CORES = 0.2  # kept busy by others: more than a quiet machine's background


class BenchEnvironment(BaseModel):
    """`usable_cores` are those this process may run on; `load` is the machine's one-minute average at the beginning.

    `threads` holds for the agent's encoder and, where there is one, for the encoder that it is compared with.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    machine: Environment
    release: str
    head: str
    replies: str
    encoder: str
    threads: int
    usable_cores: int
    load: float


def bench_environment(agent: Agent, threads: int) -> BenchEnvironment:
    """Return what this process and its agent are."""
    return BenchEnvironment(
        machine=environment(),
        release=agent.release.id,
        head=agent.release.head,
        replies=agent.release.replies,
        encoder=agent.reader.encoder.identity,
        threads=threads,
        usable_cores=usable_cores(),
        load=round(os.getloadavg()[0], 2),
    )


def usable_cores() -> int:
    """Return how many cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class CpuTimes:
    """Seconds since the machine began, and seconds of work on all cores: of all processes, and of this family."""

    clock: float = 0.0
    all: float = 0.0
    own: float = 0.0

    def __add__(self, other: "CpuTimes") -> "CpuTimes":
        """Return sums, as of several moments that are compared with as many others."""
        return CpuTimes(self.clock + other.clock, self.all + other.all, self.own + other.own)


def cpu_times() -> CpuTimes | None:
    """Return the counters now; None where the system does not tell."""
    try:
        line = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0]
    except (OSError, IndexError):
        return None
    user, nice, system, _idle, _waiting, interrupts, soft, steal = (int(one) for one in line.split()[1:9])
    spent = (user + nice + system + interrupts + soft + steal) / os.sysconf("SC_CLK_TCK")
    return CpuTimes(time.monotonic(), spent, work_of_family())


def cores_of_others(begin: CpuTimes | None, end: CpuTimes | None) -> float | None:
    """Return how many cores others kept busy between two moments; None where the system does not tell."""
    if begin is None or end is None or end.clock <= begin.clock:
        return None
    return round(max(0.0, (end.all - begin.all - end.own + begin.own) / (end.clock - begin.clock)), 2)


@dataclass
class Spans:
    """What others do during some spans of time, and not between them."""

    begins: CpuTimes = field(default_factory=CpuTimes)
    ends: CpuTimes = field(default_factory=CpuTimes)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Add a span, in which none of this family's processes may end before their parents."""
        begin = cpu_times()
        yield
        end = cpu_times()
        if begin is not None and end is not None:
            self.begins, self.ends = self.begins + begin, self.ends + end

    def cores_of_others(self) -> float | None:
        """Return how many cores others kept busy; None where the system does not tell."""
        return cores_of_others(self.begins, self.ends)


def is_quiet(cores: float | None) -> bool:
    """Say whether others left the cores alone, up to a background; unknown is taken for quiet."""
    return cores is None or cores < BUSY_CORES


def memory_mib() -> tuple[float | None, float | None]:
    """Return the resident memory of this process now and its peak, in MiB; None where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return None, None
    fields = {name: rest.split() for name, _, rest in (line.partition(":") for line in lines)}
    resident, peak = (fields.get(name) for name in ("VmRSS", "VmHWM"))
    return (
        round(int(resident[0]) / KIBIBYTES, 1) if resident else None,
        round(int(peak[0]) / KIBIBYTES, 1) if peak else None,
    )
