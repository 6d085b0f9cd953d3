"""The judges that need no model: two constant ones, and word overlap, which is real and weak."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from evals.judge.criteria import Criterion
from evals.judge.protocol import Grade, Judge

ENOUGH_OVERLAP = 0.2  # share of the ticket's content words; set by thought, since there are no labels to set it on
_WORD = re.compile(r"[^\W_]+")
# Words of four letters and more that carry nothing; shorter words count only where they hold a digit.
_EMPTY_WORDS = """
    about after again also been before being cannot could dear does doing down from have hello here hers into just
    like more most much only other ours over please same should some such than thank thanks that their them then there
    these they this those until very want were what when where which while will with would your yours"""


@dataclass(frozen=True)
class RuleJudge:
    """Judges by one rule on ticket and reply, whatever the question is."""

    name: str
    rule: Callable[[str, str], Grade]

    async def grade(self, criterion: Criterion, ticket: str, reply: str) -> Grade:
        """See Judge.grade."""
        del criterion  # a rule can't read
        return self.rule(ticket, reply)


def by_overlap(ticket: str, reply: str) -> Grade:
    """Say yes where enough of the ticket's content words recur in the reply; without any it can't be told."""
    asked = content_words(ticket)
    if not asked:
        return Grade.CANNOT_TELL
    recurring = len(asked & content_words(reply)) / len(asked)
    return Grade.YES if recurring >= ENOUGH_OVERLAP else Grade.NO


def content_words(text: str) -> frozenset[str]:
    """Return the words that carry something, in lower case: of four letters and more, or with a digit."""
    words, empty = _WORD.findall(text.casefold()), frozenset(_EMPTY_WORDS.split())
    return frozenset(
        word for word in words if any(letter.isdigit() for letter in word) or (len(word) > 3 and word not in empty)
    )


# What `--judge` may name. A judge over a model enters here once it has a client.
JUDGES: Mapping[str, Callable[[], Judge]] = MappingProxyType(
    {
        "overlap": lambda: RuleJudge("overlap", by_overlap),
        "always-yes": lambda: RuleJudge("always-yes", lambda *_: Grade.YES),
        "always-no": lambda: RuleJudge("always-no", lambda *_: Grade.NO),
    }
)
