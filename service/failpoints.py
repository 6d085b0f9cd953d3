"""Places where tests end the process as a crash would. Without TRIAGE_FAILPOINT nothing ever happens here."""

import os
import signal
from enum import StrEnum

VARIABLE = "TRIAGE_FAILPOINT"


class Failpoint(StrEnum):
    """Between which two steps of a request the process ends."""

    CLAIMED = "claimed"  # a request is in progress, nothing is decided
    DECIDED = "decided"  # the run is over, nothing is kept
    SAVED = "saved"  # everything is kept, nothing is answered
    APPROVED = "approved"  # a refund is approved, nothing has left
    SENT = "sent"  # the shop has paid, and nobody has noted it


def reach(point: Failpoint) -> None:
    """End the process at once where this point is named."""
    if os.environ.get(VARIABLE) == point:
        os.kill(os.getpid(), signal.SIGKILL)
