"""A health check as a Dockerfile or a compose file states it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True)
class HealthCheck:
    """The command, and how long it is tried: times in seconds."""

    command: tuple[str, ...]
    interval: float
    timeout: float
    start_period: float
    retries: int

    @property
    def longest(self) -> float:
        """After so many seconds a container that never was healthy is unhealthy."""
        return self.start_period + self.retries * (self.interval + self.timeout)


def check_of(stated: Mapping[str, Any]) -> HealthCheck:
    """Return the check; what is not stated is as Docker has it."""
    kind, *command = stated["test"]
    assert kind == "CMD", "a shell would stand between"
    return HealthCheck(
        tuple(command),
        seconds(stated.get("interval", "30s")),
        seconds(stated.get("timeout", "30s")),
        seconds(stated.get("start_period", "0s")),
        int(stated.get("retries", 3)),
    )


def seconds(duration: str) -> float:
    """Return the seconds of a duration such as 1m30s."""
    parts = re.findall(r"([\d.]+)(ms|s|m|h)", duration)
    assert "".join(number + unit for number, unit in parts) == duration, duration
    return sum(float(number) * UNITS[unit] for number, unit in parts)
