"""What only a fresh process can tell: the seconds until its first Decision, and the memory that serving takes.

`python -m evals.bench.fresh VAR LIBRARY THREADS` is that process; it prints its memory in MiB.
"""

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from pydantic import BaseModel, ConfigDict

from agent.assemble import assemble
from agent.decision import Decision
from agent.settings import Settings
from evals.bench.environment import memory_mib
from evals.bench.measure import TimedAgent, with_library
from evals.bench.mix import STANDARD_LENGTHS, MixTicket, mix
from evals.statistics.estimate import Estimate
from knowledge.library import open_library
from tools.demo_shop.seed import seeded_orders

TICKETS = 40  # taken before memory is read
LONGEST_S = 120


class FreshProcess(BaseModel):
    """Seconds from the start of `triage ticket --json` to its Decision, with the shop's own passages.

    `median` has the range of all as its ends. The memory in MiB, now and at its peak, is that of a process which has
    served some tickets with the benchmark's library; None where it can't be told.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    seconds: list[float]
    median: Estimate
    resident_mib: float | None
    peak_mib: float | None


def fresh_process(var: Path, library: Path, threads: int, case: MixTicket, starts: int) -> FreshProcess:
    """Start `triage` so many times, one after the other, and one process that serves; raises RuntimeError."""
    seconds = sorted(_start(var, threads, case) for _ in range(starts))
    resident, peak = _memory(var, library, threads)
    return FreshProcess(
        seconds=seconds,
        median=Estimate(value=median(seconds), low=seconds[0], high=seconds[-1], n=starts, method="median and range"),
        resident_mib=resident,
        peak_mib=peak,
    )


def _start(var: Path, threads: int, case: MixTicket) -> float:
    """Return seconds until the Decision stands on standard output."""
    triage, owner = Path(sys.executable).with_name("triage"), case.ticket.customer_id or ""
    command = [str(triage), "ticket", case.ticket.text, "--customer", owner, "--json"]
    environment = os.environ | {"TRIAGE_VAR": str(var), "TRIAGE_THREADS": str(threads)}
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as process:  # noqa: S603 - ours
        line = process.stdout.readline() if process.stdout else ""
        seconds = time.perf_counter() - started
    if process.returncode:
        raise RuntimeError(f"`triage ticket` ended with exit code {process.returncode}")
    Decision.model_validate_json(line)
    return round(seconds, 3)


def _memory(var: Path, library: Path, threads: int) -> tuple[float | None, float | None]:
    command = [sys.executable, "-m", "evals.bench.fresh", str(var), str(library), str(threads)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LONGEST_S)  # noqa: S603 - ours
    if done.returncode:
        raise RuntimeError(f"the serving process ended with exit code {done.returncode}: {done.stderr[-500:]}")
    resident, peak = json.loads(done.stdout)
    return resident, peak


def main(arguments: Sequence[str]) -> None:
    """Serve some tickets and print the resident memory now and at its peak, in MiB, as JSON."""
    var, folder, threads = arguments
    agent, library = assemble(Settings(var=Path(var), threads=int(threads))), open_library(Path(folder))
    draw = random.Random(0)  # noqa: S311 - made up tickets, not a secret
    with asyncio.Runner() as loop:
        timed = TimedAgent(with_library(agent, library), loop)
        for case in mix(list(seeded_orders()), STANDARD_LENGTHS, TICKETS // len(STANDARD_LENGTHS), draw):
            timed(case)
    print(json.dumps(memory_mib()))
    library.close()
    agent.close()


if __name__ == "__main__":
    main(sys.argv[1:])
