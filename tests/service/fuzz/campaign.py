"""One campaign of Schemathesis: everything that the document allows a caller, and more, sent to a running server."""

import json
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis import Case, HookContext, Response
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.openapi.checks import RejectedPositiveData

from tests.service.fuzz.seeds import Seeds

# Who must not see each other's conversations.
PEERS = ("customer", "other", "visitor")
# In half of the cases a value that means something; the rest is made up.
HALF = 0.5
BODIES = {
    "text": ("message", "text"),
    "conversation": ("conversation_id",),
    "customer": ("customer_id",),
    "ticket": ("ticket_id",),
    "order": ("order_id",),
}
PATHS = {
    "conversation": ("conversation",),
    "case": ("case", "reply", "correct"),
    "approved": ("approve",),
    "declined": ("decline",),
    "handed_back": ("hand_back",),
}
SETTINGS = {
    "continue-on-failure": True,
    "output": {"sanitization": {"enabled": False}},  # the credentials are of a server that ends with the test
    "request-timeout": 30,
    # A body that is wrong by its length alone may be too large to be read at all.
    "checks": {
        "negative_data_rejection": {"expected-statuses": [400, 401, 403, 404, 409, 413, 415, 422]},
    },
    "cache": {"enabled": False},
    "generation": {"database": "none", "no-shrink": True},
}


TALK = ("triage", "chat", "conversation", "feedback")
DESK = ("cases", "case", "reply", "correct", "approve", "decline", "hand_back", "conversation")
# Through which operations a caller is led by links. Nobody else would get further than the first door.
WALKS = {"service": TALK, "customer": TALK, "visitor": TALK, "desk": DESK, "admin": DESK}


@dataclass(frozen=True)
class Size:
    """How much is sent: made-up requests of each operation, walks from one to the next, all that bounds name."""

    examples: int
    walks: int
    bounds: bool


@dataclass
class Ledger:
    """What was sent and what came back."""

    cases: int = 0  # that were made up and checked
    answered: Counter[tuple[str, int]] = field(default_factory=Counter)  # requests by operation and status
    checked: Counter[str] = field(default_factory=Counter)  # cases by check
    as_peers: int = 0  # requests that were sent again as somebody else
    problems: list[str] = field(default_factory=list)

    def successes(self, operation: str) -> int:
        """Return how often an operation was done."""
        return sum(times for (label, status), times in self.answered.items() if label == operation and status < 300)

    def add(self, recorder: ScenarioRecorder, caller: str) -> None:
        """Take down a scenario."""
        self.cases += len(recorder.checks)
        for id, interaction in recorder.interactions.items():
            case = recorder.cases[id].value
            if interaction.response is None:
                self.problems.append(f"{caller}: {case.operation.label}: no answer")
                continue
            # One of another method than the operation's is no use of the operation.
            label = case.operation.label if case.method == case.operation.method.upper() else case.method
            self.answered[label, interaction.response.status_code] += 1
            self.as_peers += case.auth_identity not in {None, caller}
        for node in (node for nodes in recorder.checks.values() for node in nodes):
            self.checked[node.name] += 1
            if node.failure_info is not None:
                failure = node.failure_info
                self.problems.append(f"{caller}: {node.name}: {failure.failure}\n{failure.code_sample}")


@dataclass(frozen=True)
class Campaign:
    """What is sent to one server; `folder` is for what Schemathesis takes from files."""

    address: str
    seeds: Seeds
    folder: Path
    ledger: Ledger = field(default_factory=Ledger)

    def run(self, caller: str, size: Size, seed: int) -> None:
        """Send everything as one caller and take it down."""
        unit = {
            "coverage": {"enabled": size.bounds},
            "fuzzing": {"generation": {"max-examples": size.examples}},
            "stateful": {"enabled": False},
        }
        self._run(caller, unit, seed)
        if caller in WALKS:
            alone = {"enabled": False}
            walks = {"generation": {"max-examples": size.walks}, "max-steps": 6}
            phases = {"examples": alone, "coverage": alone, "fuzzing": alone, "stateful": walks}
            self._run(caller, phases, seed, WALKS[caller])

    def _run(self, caller: str, phases: dict[str, Any], seed: int, only: tuple[str, ...] = ()) -> None:
        settings = {"seed": seed, "phases": phases, **SETTINGS, **self._known(only), **self._credentials(caller)}
        config = SchemathesisConfig.from_dict(settings)
        schema = schemathesis.openapi.from_url(f"{self.address}/openapi.json", config=config)
        schema.hook(filter_failure)
        for event in from_schema(schema).execute():
            match event:
                case events.ScenarioFinished():
                    self.ledger.add(event.recorder, caller)
                case events.NonFatalError():
                    self.ledger.problems.append(f"{caller}: {event.label}: {event.value!r}")
                case events.FatalError():
                    self.ledger.problems.append(f"{caller}: {event.exception!r}")

    def _known(self, only: tuple[str, ...]) -> dict[str, Any]:
        """Return where known values are sent; where `only` names operations, the others are left out."""
        left_out = [{"exclude-operation-id": list(only), "enabled": False}] if only else []
        return {
            "dictionaries": {name: {"values": values} for name, values in self.seeds.known.items()},
            "parameters": {f"body.{name}": _from(kind) for kind, names in BODIES.items() for name in names},
            "operations": left_out
            + [
                {"include-operation-id": name, "parameters": {"path.id": _from(kind)}}
                for kind, names in PATHS.items()
                for name in names
            ],
        }

    def _credentials(self, caller: str) -> dict[str, Any]:
        """Return who calls. Identities are read from a file; a peer's objects are asked for as every other peer."""
        known = {name: one for name, one in self.seeds.credentials.items() if one is not None}
        if caller not in known:
            return {}
        file = self.folder / "identities.json"
        headers = {name: [{"name": "Authorization", "value": f"Bearer {one}"}] for name, one in known.items()}
        identities = [{"name": name, "fixedHeaders": fixed} for name, fixed in headers.items()]
        file.write_text(json.dumps({"auth": identities}), encoding="utf-8")
        peers = {"peers": list(PEERS)} if caller in PEERS else {}
        return {"auth": {"wfc": {"path": str(file), "user": caller, **peers}}}


def filter_failure(context: HookContext, failure: Failure, case: Case, response: Response) -> bool:
    """Say whether a failure counts. Two refusals of good requests are right, and no schema can say when they come."""
    if not isinstance(failure, RejectedPositiveData) or response.status_code != 422:
        return True
    if b"This Idempotency-Key came with another request" in response.content:
        return False
    # A text of nothing but characters for private use, or unknown to this Python's Unicode, is empty here. The pattern
    # says so; Schemathesis takes some of them for visible, having another Unicode.
    found = {unicodedata.category(character) for character in json.dumps(case.body, ensure_ascii=False)}
    return not (found & {"Cn", "Co"} and b"The message is empty." in response.content)


def _from(dictionary: str) -> dict[str, Any]:
    return {"dictionary": dictionary, "probability": HALF}
