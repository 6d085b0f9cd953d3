"""The serving encoder as `make setup` exported it, and a small library of passages."""

from datetime import date
from pathlib import Path

import pytest

from knowledge.encoder.choose import open_encoder
from knowledge.encoder.protocol import Encoder
from knowledge.policies import Passage


@pytest.fixture(scope="session")
def encoder(var: Path) -> Encoder:
    """The encoder that serves."""
    return open_encoder(var)


@pytest.fixture(scope="session")
def passages() -> list[Passage]:
    """Twelve passages about a lighthouse museum, one of them superseded."""
    texts = (
        "The tower is open from ten to five.",
        "Children under six climb for nothing.",
        "Dogs stay in the yard.",
        "The lamp is lit at dusk.",
        "Guided walks start at noon.",
        "The tea room closes at four.",
        "Bicycles are parked by the gate.",
        "Photographs are allowed everywhere but in the archive.",
        "A ticket costs 4 coins.",
        "A ticket costs 5 coins.",
        "The stairs have 199 steps.",
        "Lost gloves are kept for a month.",
    )
    return [
        Passage(
            id=f"museum.{number}",
            policy_id="museum",
            title="Lighthouse museum",
            section=f"Part {number}",
            text=text,
            category="visits",
            rules=("TICKET",) if "ticket" in text else (),
            asked=("what do I pay to get in", "entrance fee") if "5 coins" in text else (),
            valid_from=date(2025, 1, 1),
            valid_to=date(2025, 12, 31) if "4 coins" in text else None,
        )
        for number, text in enumerate(texts, start=1)
    ]
