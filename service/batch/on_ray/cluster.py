"""A connection to Ray: to the cluster of RAY_ADDRESS, else to one that is started here and ends with the connection."""

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import ray
from ray.exceptions import RayTaskError

from service.batch.worker_failed import WorkerFailed

HERE = "local"  # what RAY_ADDRESS says for a Ray of one's own
REACHED_WITHIN_S = 10.0


@contextmanager
def connected(workers: int | None) -> Iterator[int]:
    """Connect to Ray for so many workers and yield how many CPUs it has; raises WorkerFailed where there is none."""
    address = os.environ.get("RAY_ADDRESS") or HERE
    with ExitStack() as stack:
        try:
            options = _for_a_ray_here(stack, workers) if address == HERE else _for_a_ray_at(address)
            stack.callback(ray.shutdown)
            ray.init(address=address, log_to_driver=False, **options)
            cpus = max(1, int(ray.cluster_resources().get("CPU", 1)))
        except Exception as problem:
            raise WorkerFailed(f"No Ray at {address}: {said_by(problem)}") from problem
        yield cpus


def said_by(problem: BaseException) -> str:
    """Return in one line what a problem is; of one in a task, how it began, which Ray tells first."""
    if isinstance(problem, RayTaskError):
        return str(problem).partition("\n\nThe above exception")[0].rpartition("\n")[2]
    return f"{type(problem).__name__}: {str(problem).partition(chr(10))[0]}"


def _for_a_ray_here(stack: ExitStack, workers: int | None) -> dict[str, Any]:
    """Return how to start Ray on this machine, for nobody else, with a folder that goes when it ends."""
    os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))  # its ports are open to others on the network
    # RAY_TMPDIR names a place whose path is short enough for sockets, where the usual one's is not.
    folder = TemporaryDirectory(prefix="triage-ray-", dir=os.environ.get("RAY_TMPDIR"), ignore_cleanup_errors=True)
    cores = len(os.sched_getaffinity(0))
    return {
        "num_cpus": max(cores, workers or 1),
        "include_dashboard": False,
        "_temp_dir": stack.enter_context(folder),
    }


def _for_a_ray_at(address: str) -> dict[str, Any]:
    """Return how to reach it; raises OSError where nobody listens. Ray would go on trying for a quarter of an hour."""
    os.environ.setdefault("RAY_gcs_server_port_wait_time_s", "1")
    at = urlsplit(f"//{address.rpartition('//')[2]}")
    if at.port is not None:
        socket.create_connection((at.hostname, at.port), REACHED_WITHIN_S).close()
    return {}
