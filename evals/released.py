"""An opened agent as another release of it, with the same encoder, index and shop: opening takes time and memory."""

from dataclasses import replace
from pathlib import Path

from agent.assemble import Agent
from agent.models.choose import Chosen, choose_model
from agent.models.embedded import EmbeddedModel
from agent.release import load_release
from agent.settings import ServerSettings


def as_release(agent: Agent, name: str, server: ServerSettings, var: Path) -> tuple[Agent, Chosen]:
    """Return the agent as a release that shares its head and texts, and what was chosen for it.

    Raises ValueError for a release with another head or other texts, and what `choose_model` raises.
    """
    release = load_release(name)
    alike = (release.head, release.replies) == (agent.release.head, agent.release.replies)
    if not alike or not isinstance(agent.embedded, EmbeddedModel):
        raise ValueError(f"{release.id} has another head, or other texts")
    chosen = choose_model(release, agent.embedded, agent.replies, server, var)
    return replace(agent, release=release, model=chosen.model, prompts=chosen.prompts, price=chosen.price), chosen
