"""Who takes a ticket over and how soon: the topic's team and priority, and what overrides them."""

from agent.decision import Flag
from agent.models.protocol import Brief, Classification
from agent.taxonomy import TAXONOMY, Priority, Team, topic_of

DANGER = frozenset({Flag.SAFETY_RISK, Flag.SELF_HARM, Flag.THREATENS_VIOLENCE})
_ORDER = tuple(Priority)


def team_of(brief: Brief) -> Team:
    """Return the team that an escalation goes to."""
    if DANGER & set(brief.reading.signals):
        return Team.SAFETY
    category, topic = brief.classification.category, brief.classification.topic
    return topic_of(category, topic).team or TAXONOMY[category].team


def priority_of(
    classification: Classification, signals: tuple[Flag, ...], at_least: Priority | None = None
) -> Priority:
    """Return the topic's usual priority, lifted by danger, threats and, with `at_least`, by facts."""
    category, topic = classification.category, classification.topic
    found = [topic_of(category, topic).priority or TAXONOMY[category].priority]
    if DANGER & set(signals):
        found.append(Priority.URGENT)
    if Flag.LEGAL_THREAT in signals:
        found.append(Priority.HIGH)
    if at_least is not None:
        found.append(at_least)
    return max(found, key=_ORDER.index)
