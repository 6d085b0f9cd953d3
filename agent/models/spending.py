"""What one act of a model may take and what it took: its own deadline, and the calls and tokens of a large model."""

from dataclasses import dataclass

from agent.deadline import Deadline


@dataclass(frozen=True)
class Tokens:
    """What a server counted for one call; `cached` is the part of `input` that it had read before."""

    input: int = 0
    cached: int = 0
    output: int = 0


@dataclass
class Spending:
    """Filled by the model while it works, so that what a failed act has used is counted too.

    `uncounted` are the calls for which the server told no tokens.
    """

    deadline: Deadline
    retries_left: int = 0
    tokens: Tokens = Tokens()
    calls: int = 0
    retries: int = 0
    uncounted: int = 0

    def sent(self) -> None:
        """Count a request that leaves; until its tokens are told it is uncounted."""
        self.calls += 1
        self.uncounted += 1

    def told(self, tokens: Tokens | None) -> None:
        """Add what the server counted for the request sent last."""
        if tokens is None:
            return
        self.uncounted -= 1
        so_far = self.tokens
        self.tokens = Tokens(so_far.input + tokens.input, so_far.cached + tokens.cached, so_far.output + tokens.output)

    def retry(self) -> bool:
        """Take one more try, where one is left."""
        if self.retries_left <= 0:
            return False
        self.retries_left -= 1
        self.retries += 1
        return True
