"""What the decorator promises: strict arguments, outcomes instead of exceptions, words for models."""

import json
from datetime import date

import pytest

from tests.tools.shops import ShopThatIsDown
from tools.identity import Identity
from tools.registry import TOOLS
from tools.tool import Outcome, ToolContext

CONTEXT = ToolContext(ShopThatIsDown(), Identity("C-1001"), date(2026, 10, 15))


@pytest.mark.parametrize("name", TOOLS)
@pytest.mark.parametrize(
    "arguments", [{}, {"order_id": 10234}, {"order_id": "A-10234", "customer_id": "C-1001"}, {"order_id": "A" * 33}]
)
def test_wrong_arguments_are_refused_before_the_shop_is_asked(name: str, arguments: dict[str, object]) -> None:
    assert TOOLS[name].run(CONTEXT, arguments).outcome is Outcome.INVALID_ARGUMENTS


@pytest.mark.parametrize("name", TOOLS)
def test_a_shop_that_is_down_is_an_outcome(name: str) -> None:
    result = TOOLS[name].run(CONTEXT, {"order_id": "A-10234"})
    assert (result.outcome, result.order, result.refund) == (Outcome.FAILED, None, None)


def test_the_words_shown_to_models_are_pinned(snapshot_of: object) -> None:
    shown = {
        tool.name: {"description": tool.description, "arguments": tool.arguments.model_json_schema()}
        for tool in TOOLS.values()
    }
    assert snapshot_of("tool_words.json", json.dumps(shown, indent=2) + "\n")  # type: ignore[operator]
