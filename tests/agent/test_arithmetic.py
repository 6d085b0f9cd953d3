"""A process of ours has no thread of numpy's beside its own, unless its user asks for some."""

import os
import subprocess
import sys

import pytest

DOORS = ("service.cli", "evals.__main__")
OTHERS = """
import importlib, os, sys
importlib.import_module({door!r})
assert "numpy" not in sys.modules
from agent.arithmetic import one_thread
one_thread()
import numpy
print(len(os.listdir("/proc/self/task")) - 1)
"""


def others(door: str, **environment: str) -> int:
    """Return how many threads a door's process has beside its own as soon as it has numpy."""
    surroundings = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    done = subprocess.run(
        [sys.executable, "-c", OTHERS.format(door=door)],
        capture_output=True,
        text=True,
        check=True,
        env=surroundings | environment,
    )
    return int(done.stdout)


@pytest.mark.parametrize("door", DOORS)
def test_numpy_is_kept_to_one_thread(door: str) -> None:
    assert others(door) == 0


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one core: numpy has no second thread to begin with")
def test_a_number_that_was_said_stays() -> None:
    assert others(DOORS[0], OPENBLAS_NUM_THREADS="2") == 1


@pytest.mark.parametrize("call", ["triage", "evals"])
def test_each_door_does_it_first(call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import evals.__main__
    import service.cli

    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.setattr(sys, "argv", [call, "--help"])
    with pytest.raises(SystemExit):
        (service.cli if call == "triage" else evals.__main__).main()
    assert os.environ.pop("OPENBLAS_NUM_THREADS") == "1"
