"""A reader that encodes each text once: while one case is replayed, its text stays the same."""

from agent.encoding import EncoderThread
from knowledge.reading import Reads


class RememberingReader(EncoderThread):
    """Stands in for an agent's reader and asks it only for what it has not read before; it has no thread of its own."""

    def __init__(self, beneath: EncoderThread) -> None:
        self.encoder = beneath.encoder
        self._beneath = beneath
        self._remembered: dict[str, Reads] = {}

    async def read(self, text: str) -> Reads:
        """See EncoderThread.read."""
        if text not in self._remembered:
            self._remembered[text] = await self._beneath.read(text)
        return self._remembered[text]

    def close(self) -> None:
        """Leave the thread to the reader beneath."""
