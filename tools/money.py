"""Money as integer minor units of a currency; never a float."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Minor = Annotated[int, Field(ge=0, le=10**12)]
_WITHOUT_MINOR_UNIT = frozenset({"JPY", "KRW", "ISK", "CLP", "VND"})  # ISO 4217 exponent 0


class Money(BaseModel):
    """An amount that is not negative, at most 10^12 minor units."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    amount_minor: Minor
    currency: Currency

    def text(self) -> str:
        """Return the amount as replies write it, such as "12.50 EUR" or "1200 JPY"."""
        if self.currency in _WITHOUT_MINOR_UNIT:
            return f"{self.amount_minor} {self.currency}"
        return f"{self.amount_minor // 100}.{self.amount_minor % 100:02} {self.currency}"
