"""What the calls of a run cost, in US dollars: by one's own prices where they are set, else by the kept price table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from agent.models.spending import Tokens

MILLION = 1_000_000


class Price(Protocol):
    """Says what tokens cost."""

    def cost(self, tokens: Tokens) -> float | None:
        """Return US dollars; None where nobody knows."""
        ...


@dataclass(frozen=True)
class OwnPrices:
    """US dollars for a million tokens; without a price of its own cached input costs as much as any."""

    input: float
    output: float
    cached: float | None = None

    def cost(self, tokens: Tokens) -> float | None:
        """See Price.cost."""
        cached = self.input if self.cached is None else self.cached
        fresh = max(0, tokens.input - tokens.cached)
        return (fresh * self.input + tokens.cached * cached + tokens.output * self.output) / MILLION


@dataclass(frozen=True)
class ListedPrices:
    """The table of genai-prices, which comes with the package: it is never fetched."""

    address: str
    model: Callable[[], str]

    def __post_init__(self) -> None:
        import genai_prices  # noqa: F401  # takes a while, for which no ticket is to wait

    def cost(self, tokens: Tokens) -> float | None:
        """See Price.cost."""
        from genai_prices import Usage, calc_price

        usage = Usage(input_tokens=tokens.input, cache_read_tokens=tokens.cached, output_tokens=tokens.output)
        try:
            found = calc_price(usage, self.model(), provider_api_url=self.address)
        except (LookupError, ValueError):
            return None
        return float(found.total_price)


@dataclass(frozen=True)
class Free:
    """Nothing is asked that costs anything."""

    def cost(self, tokens: Tokens) -> float | None:
        """See Price.cost."""
        return 0.0
