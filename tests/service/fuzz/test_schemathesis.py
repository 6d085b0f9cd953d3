"""All that the OpenAPI document allows, and what it does not, sent to a running service as everybody who may call.

TRIAGE_FUZZ_CASES says how many cases, on both databases together; TRIAGE_FUZZ_SEED chooses others.
"""

import os
from itertools import count
from pathlib import Path

import pytest

from service.http.app import policies
from tests.service.databases import Fresh
from tests.service.fuzz.campaign import Campaign, Ledger, Size
from tests.service.fuzz.conftest import SENT
from tests.service.fuzz.seeds import sow
from tests.service.serving import furnish, serving

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.slow, pytest.mark.timeout(5400)]

DATABASES = ("sqlite", "postgres")
CASES = int(os.environ.get("TRIAGE_FUZZ_CASES", "2000")) // len(DATABASES)
SEED = int(os.environ.get("TRIAGE_FUZZ_SEED", "20261126"))
CALLERS = ("admin", "service", "desk", "ops", "customer", "visitor", "nobody")
LARGE = 5000  # cases from which on the bounds of the document are visited as everybody, not as the admin alone
CHECKS = {
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "positive_data_acceptance",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "use_after_free",
    "ensure_resource_availability",
    "ignored_auth",
    "object_level_authorization",
}


@pytest.mark.parametrize("database", DATABASES)
def test_every_answer_is_one_that_the_document_allows(
    database: str, root: Path, var: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    fresh: Fresh = request.getfixturevalue(f"fresh_{database}_database")
    own = furnish(var, tmp_path / "var")
    # Nothing is refused for the number of requests, so that each answer is about the request.
    environment = {"TRIAGE_DATABASE": fresh(), "TRIAGE_LIMITS": "false", "TRIAGE_IN_PROGRESS": "64"}
    with serving(root, own, **environment) as served:
        campaign = Campaign(served.address, sow(served), tmp_path)
        send(campaign)
    ledger = campaign.ledger
    request.config.stash[SENT].append(_line(database, ledger))
    assert not ledger.problems, "\n\n".join(ledger.problems[:5])
    assert not {status for _, status in ledger.answered if status >= 500}
    assert {check for check, times in ledger.checked.items() if times} == CHECKS
    assert not [operation for operation in policies() if not ledger.successes(operation)]
    assert ledger.as_peers


def send(campaign: Campaign) -> None:
    """Send as many cases as are wanted, in rounds; each has another seed and every caller."""
    many = max(4, CASES // 300)
    for round in count():
        for caller in CALLERS:
            bounds = round == 0 and (caller == "admin" or CASES >= LARGE)
            campaign.run(caller, Size(examples=2 * many, walks=many, bounds=bounds), SEED + round)
        if campaign.ledger.cases >= CASES:
            return


def _line(database: str, ledger: Ledger) -> str:
    requests = ledger.answered.total()
    done = sum(times for (_, status), times in ledger.answered.items() if status < 300)
    least = min(policies(), key=ledger.successes)
    return (
        f"schemathesis on {database}, seed {SEED}: {ledger.cases} cases checked, {requests} requests answered, "
        f"{done} of them done, {ledger.as_peers} sent again as somebody "
        f"else; least done: {least}, {ledger.successes(least)} times"
    )
