"""The encoder in a thread of its own, so that the event loop never waits for it."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from knowledge.encoder.protocol import Encoder, Vectors


class EncoderThread:
    """Runs one encoder, one call at a time."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="encoder")

    async def encode(self, texts: Sequence[str]) -> Vectors:
        """See Encoder.encode."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.encoder.encode, texts)

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown(wait=True)
