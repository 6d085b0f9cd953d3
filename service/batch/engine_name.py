"""Which engines there are."""

from enum import StrEnum


class EngineName(StrEnum):
    """Where rows are decided: by processes of this machine, or by actors of Ray on a cluster or on this machine."""

    LOCAL = "local"
    RAY = "ray"


class EngineMissingError(ValueError):
    """The engine needs a library that is not installed: the message says which, in one line."""
