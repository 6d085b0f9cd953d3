"""Who takes a ticket over and how soon: the topic's team and priority, and what overrides them."""

from agent.decision import Flag
from agent.models.protocol import Brief
from agent.taxonomy import TAXONOMY, Priority, Team, topic_of

DANGER = frozenset({Flag.SAFETY_RISK, Flag.SELF_HARM, Flag.THREATENS_VIOLENCE})
_ORDER = tuple(Priority)


def team_of(brief: Brief) -> Team:
    """Return the team that an escalation goes to."""
    if DANGER & set(brief.reading.signals):
        return Team.SAFETY
    category, topic = brief.classification.category, brief.classification.topic
    return topic_of(category, topic).team or TAXONOMY[category].team


def priority_of(brief: Brief) -> Priority:
    """Return the topic's usual priority, lifted by danger, threats and facts."""
    category, topic = brief.classification.category, brief.classification.topic
    found = [topic_of(category, topic).priority or TAXONOMY[category].priority]
    if DANGER & set(brief.reading.signals):
        found.append(Priority.URGENT)
    if Flag.LEGAL_THREAT in brief.reading.signals:
        found.append(Priority.HIGH)
    if brief.verdict.at_least is not None:
        found.append(brief.verdict.at_least)
    return max(found, key=_ORDER.index)
