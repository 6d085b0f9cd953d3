"""Loads what would else be loaded while the first callers wait: a worker is ready when nothing is left to load."""

import gc
from dataclasses import replace

from agent.assemble import Agent
from agent.ticket import Ticket
from tools.refund_rules import refund_rules

_TEXT = "Bonjour, je voudrais savoir quand mon colis arrive, s'il vous plaît."  # only other languages need the guesser


async def warm_up(agent: Agent) -> None:
    """Decide about a ticket that nobody wrote, by the embedded model, and keep nothing of it."""
    await replace(agent, model=agent.embedded).run(Ticket.of(_TEXT))
    refund_rules()
    # What is there now stays to the end. The collector would go through it again and again, for a tenth of a second
    # and more each time, and every request would wait meanwhile.
    gc.collect()
    gc.freeze()
