"""One exception for a part that is missing or damaged, with the words that mend it."""


class PartUnavailable(Exception):
    """A part of the knowledge can't be used; `mend` is the command or the act that repairs it."""

    def __init__(self, part: str, problem: str, mend: str) -> None:
        super().__init__(f"{part}: {problem}. {mend}")
        self.part = part
        self.problem = problem
        self.mend = mend
