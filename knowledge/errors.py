"""One exception for a part that is missing or damaged, with the words that mend it; and words for other problems."""

import os


class PartUnavailable(Exception):
    """A part of the knowledge can't be used; `mend` is the command or the act that repairs it."""

    def __init__(self, part: str, problem: str, mend: str) -> None:
        super().__init__(f"{part}: {problem}. {mend}")
        self.part = part
        self.problem = problem
        self.mend = mend


def file_problem(problem: OSError) -> str:
    """Return one line that names the file."""
    if problem.filename is None:
        return f"{problem}."
    # Raised where a folder was to be made.
    reason = "A file is in the place of a folder" if isinstance(problem, FileExistsError) else problem.strerror
    return f"{os.fsdecode(problem.filename)}: {reason}."
