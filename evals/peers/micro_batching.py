"""The agent's reader as it would be with micro-batches: what waits while the encoder works is encoded together next.

Texts of like length only share a batch, since a batch costs as much as if all its texts were as long as the longest.
"""

import asyncio
from collections.abc import Sequence

from agent.assemble import Agent
from agent.encoding import EncoderThread
from knowledge.reading import Reads, read

MOST = 16  # texts of a batch
STRETCH = 1.5  # how much longer than its shortest text the longest of a batch may be, in characters
Waiting = tuple[str, "asyncio.Future[Reads]"]


class MicroBatches(EncoderThread):
    """Used from one event loop, in place of the agent's reader."""

    def __init__(self, agent: Agent) -> None:
        super().__init__(agent.reader.encoder, agent.head.telling_words)
        self._telling_words = agent.head.telling_words
        self._waiting: list[Waiting] = []
        self._working: asyncio.Task[None] | None = None
        self.sizes: list[int] = []

    async def read(self, text: str) -> Reads:
        """See EncoderThread.read."""
        future: asyncio.Future[Reads] = asyncio.get_running_loop().create_future()
        self._waiting.append((text, future))
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        return await future

    async def _work(self) -> None:
        while self._waiting:
            batch = self._take()
            self.sizes.append(len(batch))
            texts = [text for text, _ in batch]
            reads = await asyncio.get_running_loop().run_in_executor(self._thread, self._read_all, texts)
            for place, (_, future) in enumerate(batch):
                if not future.done():
                    own = slice(place, place + 1)
                    future.set_result(Reads(reads.vectors[own], reads.windows[own], reads.texts[own]))

    def _take(self) -> list[Waiting]:
        """Take whoever has waited longest, and those who wait with a text of like length."""
        first = len(self._waiting[0][0])
        alike = [one for one in self._waiting if first / STRETCH <= len(one[0]) <= first * STRETCH][:MOST]
        self._waiting = [one for one in self._waiting if one not in alike]
        return alike

    def _read_all(self, texts: Sequence[str]) -> Reads:
        return read(texts, self.encoder, self._telling_words)
