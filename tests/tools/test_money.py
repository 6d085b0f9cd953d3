"""Money is written the same everywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tools.money import Money


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(1250, "EUR", "12.50 EUR"), (5, "USD", "0.05 USD"), (0, "GBP", "0.00 GBP"), (1200, "JPY", "1200 JPY")],
)
def test_text(minor: int, currency: str, text: str) -> None:
    assert Money(amount_minor=minor, currency=currency).text() == text


@given(st.integers(min_value=0, max_value=10**12))
def test_the_text_loses_nothing(minor: int) -> None:
    whole, _, rest = Money(amount_minor=minor, currency="EUR").text().removesuffix(" EUR").partition(".")
    assert int(whole) * 100 + int(rest) == minor


@pytest.mark.parametrize("wrong", [-1, 1.5, "12", True, 10**13])
def test_what_is_no_amount_is_refused(wrong: object) -> None:
    with pytest.raises(ValidationError):
        Money(amount_minor=wrong, currency="EUR")  # type: ignore[arg-type]
