"""The encoder in a thread of its own, so that the event loop never waits for it."""

import asyncio
from collections.abc import Sequence, Set
from concurrent.futures import ThreadPoolExecutor

from knowledge.encoder.protocol import Encoder, Vectors
from knowledge.reading import Reads, read


class EncoderThread:
    """Reads texts with one encoder, one call at a time.

    Not in batches of what waits: with 16 in progress that decides hardly more tickets a second (`python -m evals bench
    batching`), and it would make the last digits of an answer depend on who else asks at that moment.
    """

    def __init__(self, encoder: Encoder, telling: Set[str]) -> None:
        self.encoder = encoder
        self._telling = telling
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="encoder")

    async def read(self, text: str) -> Reads:
        """Return what is read of one text."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._read, text)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return the texts' vectors, shape (len(texts), dimensions), each text cut at the window; the caller waits."""
        return self._thread.submit(self.encoder.encode, list(texts)).result()

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown(wait=True)

    def _read(self, text: str) -> Reads:
        return read([text], self.encoder, self._telling)
