"""Order numbers in text, and the tool that looks an order up."""

import re

from pydantic import Field

from tools.tool import Arguments, Effect, Outcome, ToolContext, ToolResult, tool

ORDER_ID_FORM = "the letter A, a dash and five digits"
LONGEST_ID = 32
_DASHES = re.compile("[\u2010-\u2015\u2212\uff0d]")
# Our own form, or one that misses it by a dash, some digits or a letter for a digit; and whatever follows the word
# "order" or a hash and looks like a number.
_OWN_FORM = (
    r"(?<![A-Za-z0-9-])A(?:-\d{1,8}|\d{4,8})(?![A-Za-z0-9]|-\d)"
    r"|(?<![A-Za-z0-9-])A-(?=[A-Z0-9]{0,6}\d)(?=[A-Z0-9]{0,6}[A-Z])[A-Z0-9]{3,8}(?![A-Za-z0-9]|-\d)"
    r"|(?-i:(?<![A-Za-z0-9-])A \d{5})(?![A-Za-z0-9]|-\d|[.,]\d)"
)
_AFTER_THE_WORD = (
    r"(?:\border|\bbestellung|\bcommande|\bpedido|\bordine)\b[ \t]{0,3}(?:number|nummer|no\b\.?|nr\b\.?|id\b|#)?"
    r"[ \t]{0,3}[:#]?[ \t]{0,3}(?P<named>[A-Za-z]{1,4}-\d{1,12}|[A-Za-z]{0,3}\d{4,12}(?:-\d{1,6})?)"
    r"(?![A-Za-z0-9]|-\d|[.,:]\d)"
)
_HASHED = r"(?<![A-Za-z0-9&#])#(?P<hashed>[A-Za-z]{0,3}-?\d{4,12})(?![A-Za-z0-9]|-\d)"
_MENTION = re.compile(f"{_OWN_FORM}|{_AFTER_THE_WORD}|{_HASHED}", re.ASCII | re.IGNORECASE)


class LookUpOrderArguments(Arguments):
    """Which order."""

    order_id: str = Field(max_length=LONGEST_ID, description="The order number as the customer gave it.")


@tool(Effect.READ, LookUpOrderArguments)
def look_up_order(context: ToolContext, arguments: LookUpOrderArguments) -> ToolResult:
    """Look up one order of the customer who asks: status, days, amounts and items.

    Call it when the answer depends on the state of an order. It needs an order number that stands in the customer's own
    words or in the ticket's metadata; never guess or complete one. `not_found` means that this customer has no such
    order and nothing else: it must not be inferred that the order exists, or does not exist, for somebody else.
    """
    order = context.own_order(arguments.order_id)
    if order is None:
        return ToolResult(Outcome.NOT_FOUND)
    return ToolResult(Outcome.OK, order=order)


def order_id_mentions(text: str) -> list[str]:
    """Return what is written as an order number, in order of appearance, without repetition.

    Numbers of our form are normalised ("a10234" becomes "A-10234"); others stay as written, so that they are looked up
    and not found like any other. Only ASCII digits count. Linear in the length of the text.
    """
    found = (match["named"] or match["hashed"] or match[0] for match in _MENTION.finditer(_DASHES.sub("-", text)))
    return list(dict.fromkeys(_normalised(one) for one in found))


def _normalised(mention: str) -> str:
    own = re.fullmatch(r"[Aa][- ]?(\d{5})", mention, re.ASCII)
    return f"A-{own[1]}" if own else mention.upper()[:LONGEST_ID]
