"""The second split and the record of its use. A split that is looked at often becomes a second dev split.

Each run over it is a line of uses.jsonl: when, who, on what commit, with which release. Answers of single cases are
neither printed nor saved.
"""

import getpass
import hashlib
import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evals.cases.loading import DATA, BadCaseError
from evals.environment import Environment
from evals.result import Attempt, CaseResult

USES = DATA / "holdout" / "uses.jsonl"
LOOKS_BEFORE_WARNING = 5


def uses(file: Path = USES) -> list[dict[str, str]]:
    """Return all recorded uses, oldest first; raises BadCaseError where the record is damaged."""
    if not file.exists():
        return []
    try:
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]
    except ValueError as problem:
        raise BadCaseError(f"{file} does not hold one use a line: restore it, it is the record.") from problem


def record_use(release: str, environment: Environment, file: Path = USES) -> str:
    """Append a use before anything is run, and return what the person at the terminal should know."""
    use = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "who": _who(),
        "commit": f"{environment.commit or 'none'}{' with changes' if environment.dirty else ''}",
        "release": release,
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(use) + "\n")
    count = len(uses(file))
    said = f"This is look {count} at the holdout; it is recorded in {file.name}: commit that file."
    if count > LOOKS_BEFORE_WARNING:
        said += (
            f" After more than {LOOKS_BEFORE_WARNING} looks its figures flatter: write new cases before trusting them."
        )
    return said


def sealed(case: CaseResult) -> CaseResult:
    """Return a case result from which nobody can tell what was asked or answered; it can still be paired."""
    attempts = tuple(_sealed(attempt) for attempt in case.attempts)
    shown: dict[str, Any] = {"id": _digest(case.id), "cluster": _digest(case.cluster), "attempts": attempts}
    hidden: dict[str, Any] = {"text": "", "about": "", "expected": {}, "located": None, "repairs": {}}
    return case.model_copy(update=shown | hidden)


def _sealed(attempt: Attempt) -> Attempt:
    checks = tuple(one.model_copy(update={"cause": ""}) for one in attempt.checks)
    return attempt.model_copy(update={"checks": checks, "decision": None, "trace": None})


def _digest(id: str) -> str:
    return hashlib.sha256(id.encode()).hexdigest()[:12]


def _who() -> str:
    """Return the name that commits carry, else the account's."""
    try:
        done = subprocess.run(["git", "config", "user.name"], capture_output=True, text=True, check=True, timeout=10)  # noqa: S607
        return done.stdout.strip() or getpass.getuser()
    except (OSError, subprocess.SubprocessError):
        return getpass.getuser()
