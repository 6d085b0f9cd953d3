"""Which engines there are."""

from enum import StrEnum


class EngineName(StrEnum):
    """Where rows are decided: by processes of this machine, or by actors of Ray on a cluster or on this machine."""

    LOCAL = "local"
    RAY = "ray"


class EngineRefusedError(ValueError):
    """The engine can't do what is asked: a library is not installed, or a bound can't hold. One line says it."""
