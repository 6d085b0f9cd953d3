"""What both benchmarks need: an agent with a fixed number of threads, libraries of any size, and a progress bar."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from agent.assemble import Agent, assemble
from agent.settings import Settings
from evals.bench.environment import usable_cores
from evals.bench.libraries import Libraries
from evals.bench.progress import Progress
from evals.peers.sentence_transformer import PlainEncode
from knowledge.encoder.weights import minilm_folder


@dataclass(frozen=True)
class Parts:
    """Open until the end of the benchmark."""

    settings: Settings
    agent: Agent
    threads: int
    libraries: Libraries
    progress: Progress


@contextlib.contextmanager
def opened_parts() -> Iterator[Parts]:
    """Open all parts as TRIAGE_VAR and its like say; without TRIAGE_THREADS every usable core is a thread."""
    named = Settings()
    threads = named.threads or usable_cores()
    settings = named.model_copy(update={"threads": threads})
    agent = assemble(settings)
    try:
        with Progress() as progress, Libraries(settings.var, agent.reader.encoder, progress.say) as libraries:
            yield Parts(settings, agent, threads, libraries, progress)
    finally:
        agent.close()


def opened_peer(parts: Parts) -> PlainEncode:
    """Load the same model for the plain encoding, with as many threads; raises PartUnavailable."""
    parts.progress.say("loading the plain encoder")
    return PlainEncode(parts.settings.encoder or minilm_folder(), parts.threads)
