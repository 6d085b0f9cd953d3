"""The part of the environment that a worker on another machine needs, so that it acts as this process was told to."""

import os

from agent.quiet import quiet
from agent.settings import Settings

_PREFIXES, _NAMES = ("TRIAGE_", "OPENAI_", "CHROMA_"), {"HF_HUB_OFFLINE"}


class Surroundings:
    """Variables as they are in this process. There are keys among them, so nothing here shows them: no `repr` does."""

    def __init__(self) -> None:
        from service.settings import ServiceSettings  # here, as Ray's processes have no use for what it imports

        others = {f"TRIAGE_{name.upper()}" for name in ServiceSettings.model_fields}  # its database's password, say
        self._variables = {name: value for name, value in os.environ.items() if _ours(name) and name not in others}
        self._variables["TRIAGE_VAR"] = str(Settings().var.resolve())

    def take(self) -> None:
        """Let this process have them, and no others of their kind."""
        for name in filter(_ours, list(os.environ)):
            del os.environ[name]
        os.environ.update(self._variables)
        quiet()


def _ours(name: str) -> bool:
    return name.startswith(_PREFIXES) or name in _NAMES
