"""Places where tests end the process as a crash would. Without TRIAGE_FAILPOINT nothing ever happens here.

TRIAGE_FAILPOINT=saved ends it when that place is reached first, TRIAGE_FAILPOINT=saved:7 when for the seventh time.
"""

import os
import signal
from collections import Counter
from enum import StrEnum

VARIABLE = "TRIAGE_FAILPOINT"
_reached: Counter[str] = Counter()


class Failpoint(StrEnum):
    """Between which two steps of a request or of a batch the process ends."""

    CLAIMED = "claimed"  # a request is in progress, nothing is decided
    DECIDED = "decided"  # the run is over, nothing is kept
    SAVED = "saved"  # everything is kept, nothing is answered
    APPROVED = "approved"  # a refund is approved, nothing has left
    SENT = "sent"  # the shop has paid, and nobody has noted it
    ROWS_WRITTEN = "rows_written"  # a slice of a batch stands in its output, and nothing says so yet
    ROWS_KEPT = "rows_kept"  # it is kept that it does
    BATCH_WRITTEN = "batch_written"  # all rows are kept, and the output has not appeared
    BATCH_PUBLISHED = "batch_published"  # the output has appeared, and the state still lies beside it


def reach(point: Failpoint) -> None:
    """End the process at once where this point is named, and was reached often enough."""
    named, _, times = os.environ.get(VARIABLE, "").partition(":")
    if named != point:
        return
    _reached[point] += 1
    if _reached[point] >= int(times or 1):
        os.kill(os.getpid(), signal.SIGKILL)
