"""What becomes of a model's text with blanks: code fills them, from evidence, and nothing else is filled."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.assemble import Agent
from agent.decision import Decision, Flag
from agent.models.composing import Material, composed
from agent.models.forms import LONGEST
from agent.models.json_answer import NotAnAnswer
from agent.models.protocol import Quote
from agent.taxonomy import NextAction
from agent.ticket import Ticket
from evals.scripted_server.exchange import Request
from evals.scripted_server.server import ScriptedServer
from tests.agent.models.talking import CUSTOMER, WANTS_MONEY, honest, talking

STATEMENT = "Order A-1 qualifies for a refund of 54.50 EUR.\n\nNothing of this has been paid out yet."
# Articles and notes may hold anything, blanks too.
FIRST = Quote("article#1", "Goods may be returned. ${statement} $quote_2 costs $5 $$.")
SECOND = Quote("article#2", "We refund what you paid.")
GIVEN = Material(
    decision={},
    blanks={"statement": STATEMENT, "order_id": "A-1"},
    quotes={"quote_1": FIRST, "quote_2": SECOND},
    passages={},
)

FILLED = {
    "the statement alone": ("$statement", STATEMENT, ()),
    "in braces": ("${statement}", STATEMENT, ()),
    "words around it": ("I am sorry.\n\n$statement", f"I am sorry.\n\n{STATEMENT}", ()),
    "a fact": ("About $order_id: thank you.", "About A-1: thank you.", ()),
    "a quote": ("$quote_2", SECOND.text, (SECOND,)),
    "quotes in the model's order": ("$quote_2\n\n$quote_1", f"{SECOND.text}\n\n{FIRST.text}", (SECOND, FIRST)),
    "a quote twice is cited once": ("$quote_2\n\n$quote_2", f"{SECOND.text}\n\n{SECOND.text}", (SECOND,)),
    "what is filled in is not filled again": ("${quote_1}", FIRST.text, (FIRST,)),
    "two dollars are one, and no blank": ("$$statement", "$statement", ()),
    "no blank at all": ("Your refund is on its way.", "Your refund is on its way.", ()),
    "lines and spaces are folded": ("  I am   sorry.\n\n\n\n  Truly.\nYes. ", "I am sorry.\n\nTruly. Yes.", ()),
    "empty": ("", "", ()),
}


@pytest.mark.parametrize(("text", "said", "quotes"), FILLED.values(), ids=FILLED)
def test_blanks_are_filled_by_code(text: str, said: str, quotes: tuple[Quote, ...]) -> None:
    draft = composed(text, GIVEN)
    assert (draft.text, draft.quotes) == (said, quotes)


REFUSED = {
    "a blank that is not there": "$refund_amount",
    "a quote that is not there": "$quote_3",
    "another case": "$Statement",
    "a longer name": "$statements",
    "a dollar alone": "It costs $ and more.",
    "an amount": "You get $54.50.",
    "a dollar at the end": "You get 54 $",
    "empty braces": "${}",
    "a brace that stays open": "${statement",
    "a blank in a blank": "${quote_${order_id}}",
    "a format": "${statement!r}",
    "an attribute": "${statement.__class__}",
    "an index": "${quote_1[0]}",
    "a space in a name": "${quote 1}",
    "three dollars": "$$$",
    "letters that look alike": "$\u0455tatement",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_anything_else_with_a_dollar_is_no_answer(text: str) -> None:
    with pytest.raises(NotAnAnswer):
        composed(text, GIVEN)


PIECES = st.sampled_from(
    ["$statement", "${statement}", "$quote_1", "${quote_2}", "$order_id", "$$", "\n\n", "\n", " ", "{", "}", "not "]
)


@given(st.lists(PIECES | st.text(max_size=8), max_size=12).map("".join))
def test_whatever_a_model_writes_statement_and_quotes_stay_as_they_are(text: str) -> None:
    try:
        draft = composed(text, GIVEN)
    except NotAnAnswer:
        return
    assert all(quote.text in draft.text for quote in draft.quotes)
    bare = text.replace("$$", "")
    if "$statement" in bare or "${statement}" in bare:
        assert all(paragraph in draft.text.split("\n\n") for paragraph in STATEMENT.split("\n\n"))


async def _told(agent: Agent, folder: Path, reply: str) -> tuple[Decision, Decision]:
    """Return the embedded model's Decision, and the one for which a large model has written this."""

    def mind(request: Request) -> Mapping[str, object]:
        return {"reply": reply} if request.question == "write_reply" else honest()(request)

    alone, _ = await agent.run(Ticket.of(WANTS_MONEY, customer_id=CUSTOMER))
    async with talking(agent, folder, server=ScriptedServer(mind)) as talk:
        decision, _ = await talk.ask()
    return alone, decision


MENDED = {
    "the statement is missing": "I am sorry for the trouble.",
    "the statement in words of its own": "Order A-10234 qualifies for a refund of 54.50 EUR under our rule R-GOODS-30.",
    "an escaped statement": "I am sorry. $$statement",
    "a sum in dollars": "$statement\n\nYou also get $$20.",
    "quotes without end": "$statement\n\n" + "$quote_1\n\n" * 40,
    "a denial": "It is not true that: $statement",
}
UNUSABLE = {
    "a blank that is not there": "$statement $refund_amount",
    "a stray dollar": "$statement You also get $20.",
    "a text without end": "$statement " + "I am sorry. " * (LONGEST // 12),
}


@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.parametrize("reply", [*MENDED.values(), *UNUSABLE.values()], ids=[*MENDED, *UNUSABLE])
async def test_what_the_desk_has_to_say_is_said_whatever_a_model_writes(
    agent: Agent, tmp_path: Path, reply: str
) -> None:
    alone, decision = await _told(agent, tmp_path, reply)
    assert (decision.next_action, decision.refund) == (NextAction.OFFER_REFUND, alone.refund)
    first, _, last = alone.reply.split("\n\n")
    assert {first, last} <= set(decision.reply.split("\n\n"))
    assert [words for words in ("20.", "$", "not true") if words in decision.reply] == []
    assert (Flag.MODEL_UNAVAILABLE in decision.flags) is (reply in UNUSABLE.values())
    if reply in UNUSABLE.values():
        assert decision.reply == alone.reply


@pytest.mark.allow_hosts(["127.0.0.1"])
async def test_a_reply_of_blanks_alone_is_said_as_it_is(agent: Agent, tmp_path: Path) -> None:
    alone, decision = await _told(agent, tmp_path, "$statement\n\n$quote_1")
    assert decision.flags == []
    first, _, last = alone.reply.split("\n\n")
    (citation,) = decision.citations
    assert decision.reply.split("\n\n") == [first, last, citation.quote]
