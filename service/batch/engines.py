"""Opens the engine that a run's user names."""

import os
from datetime import date
from importlib.util import find_spec

from agent.release import Release
from service.batch.engine_name import EngineName, EngineRefusedError
from service.batch.hired import Hired, threads_each
from service.batch.job import Engine
from service.batch.local_engine import LocalEngine
from service.batch.on_ray.engine import RayEngine
from service.batch.output_place import OutputPlace
from service.batch.wanted import Wanted

LIBRARIES = ("ray", "fsspec", "pandas", "pyarrow")  # of ray[data]
NO_RAY = "--engine ray needs Ray: pip install 'support-triage[ray]'."


def require_engine(name: EngineName) -> None:
    """Raise EngineRefusedError where an engine's libraries are not installed, before any work is done."""
    if not is_installed(name):
        raise EngineRefusedError(NO_RAY)


def is_installed(name: EngineName) -> bool:
    """Say whether an engine's libraries are installed."""
    return name is EngineName.LOCAL or all(find_spec(library) for library in LIBRARIES)


def open_engine(wanted: Wanted, release: Release, day: date, place: OutputPlace) -> Engine:
    """Return the engine; to be closed."""
    workers = wanted.workers or (1 if release.large else None)
    at_once = wanted.at_once if release.large else 1
    if wanted.engine is EngineName.RAY:
        return RayEngine(Hired(release.id, wanted.depth, None, at_once, day), workers, place.folder)
    cores = len(os.sched_getaffinity(0))
    workers = workers or cores
    return LocalEngine(Hired(release.id, wanted.depth, threads_each(cores, workers), at_once, day), workers)
