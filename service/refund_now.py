"""Judges a proposed refund again, at the moment of its approval."""

from datetime import date
from enum import StrEnum

from service.store.tables import ProposalRow
from tools.refund_rules import refund_rules
from tools.refunds import judge
from tools.shop import Shop
from tools.tool import CannotJudge


class Judged(StrEnum):
    """What the rules say now of a refund that was offered."""

    AS_OFFERED = "as_offered"
    NO_LONGER = "no_longer_eligible"
    OTHERWISE = "another_amount"
    NOTHING = "nothing_offered"


def judge_now(proposal: ProposalRow | None, shop: Shop, today: date) -> Judged:
    """Return what holds today of what was offered; raises ShopUnavailable. Reads, and pays nothing."""
    if proposal is None:
        return Judged.NOTHING
    order = shop.order(proposal.order_id)
    if order is None:
        return Judged.NO_LONGER
    try:
        judgement = judge(order, today, refund_rules())
    except CannotJudge:
        return Judged.NO_LONGER
    if not judgement.eligible:
        return Judged.NO_LONGER
    same = (judgement.amount_minor, judgement.currency) == (proposal.amount_minor, proposal.currency)
    return Judged.AS_OFFERED if same else Judged.OTHERWISE
