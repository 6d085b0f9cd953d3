"""Says at the end of a run what was sent."""

import pytest

SENT = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin with nothing sent."""
    config.stash[SENT] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what was sent, which a test that passes would not show."""
    for line in config.stash[SENT]:
        terminalreporter.write_line(line)
