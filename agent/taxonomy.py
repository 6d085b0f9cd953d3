"""The categories and their rules: the first file that a fork edits. Everything else reads its names from here.

A category has topics, and a topic says how it is handled. No other file names a category or a topic.
Longer than most files: it is one table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class NextAction(StrEnum):
    """What happens with the ticket."""

    REPLY = "reply"
    ASK_FOLLOW_UP = "ask_follow_up"
    OFFER_REFUND = "offer_refund"
    DECLINE_REFUND = "decline_refund"
    ESCALATE = "escalate"
    REFUSE = "refuse"


class Priority(StrEnum):
    """How soon a person should see it, where one has to."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Team(StrEnum):
    """Who takes over when it is escalated."""

    ORDERS = "orders"
    BILLING = "billing"
    ACCOUNTS = "accounts"
    PRODUCTS = "products"
    TECHNICAL = "technical"
    SAFETY = "safety"
    CARE = "care"


class Handling(StrEnum):
    """The ways in which a topic can be handled; `steps/decide.py` turns each into next actions."""

    POLICY = "policy"  # answered from policy
    ORDER_FACTS = "order_facts"  # answered from one order, with policy beside it
    ORDER_RETURN = "order_return"  # answered by whether and until when the rules allow it
    ORDER_DAMAGE = "order_damage"  # answered from policy once the order has been delivered
    ORDER_CHANGE = "order_change"  # a person changes the order while that is still possible
    ORDER_PROBLEM = "order_problem"  # answered while the order is on its way; a person looks into the rest
    REFUND = "refund"  # judged by a tool
    REFUND_STATUS = "refund_status"  # answered from what was refunded; a person looks for the rest
    THANKS = "thanks"  # nothing is asked, so nothing has to be found
    PERSON = "person"  # goes to a person
    REFUSE = "refuse"  # not for this desk


# The READ tools that each handling needs, in the order in which they are called.
LOOK_UPS: Mapping[Handling, tuple[str, ...]] = MappingProxyType(
    {
        Handling.ORDER_FACTS: ("look_up_order",),
        Handling.ORDER_RETURN: ("look_up_order", "check_refund_eligibility"),
        Handling.ORDER_DAMAGE: ("look_up_order",),
        Handling.ORDER_CHANGE: ("look_up_order",),
        Handling.ORDER_PROBLEM: ("look_up_order",),
        Handling.REFUND: ("look_up_order", "check_refund_eligibility"),
        Handling.REFUND_STATUS: ("look_up_order", "check_refund_eligibility"),
    }
)


@dataclass(frozen=True)
class Topic:
    """A kind of request within a category; without a priority or team of its own it has its category's."""

    definition: str
    handling: Handling
    priority: Priority | None = None
    team: Team | None = None


@dataclass(frozen=True)
class Category:
    """One category: `phrase` completes "Is this about ...?", `actions` are all that it may end in."""

    definition: str
    phrase: str
    priority: Priority
    team: Team
    actions: frozenset[NextAction]
    topics: Mapping[str, Topic]


_ANSWERED = frozenset({NextAction.REPLY, NextAction.ASK_FOLLOW_UP, NextAction.ESCALATE})
_REFUNDS = frozenset({NextAction.OFFER_REFUND, NextAction.DECLINE_REFUND})

TAXONOMY: Mapping[str, Category] = MappingProxyType(
    {
        "order_shipping": Category(
            "where is my order, ETA, late or missing parcel, delivery areas, options and cost",
            "a delivery",
            Priority.NORMAL,
            Team.ORDERS,
            _ANSWERED,
            {
                "track": Topic("where the order is, when it comes", Handling.ORDER_FACTS),
                "late_or_missing": Topic(
                    "late, lost, or marked delivered and not there", Handling.ORDER_PROBLEM, Priority.HIGH
                ),
                "delivery_terms": Topic("areas, options, times and cost in general", Handling.POLICY),
            },
        ),
        "order_change": Category(
            "change items, quantity, address or payment of an order placed and not yet shipped",
            "changing an order",
            Priority.HIGH,
            Team.ORDERS,
            _ANSWERED,
            {
                "change_order": Topic("change this order", Handling.ORDER_CHANGE),
                "change_terms": Topic("whether, how and until when in general", Handling.POLICY),
            },
        ),
        "cancellation": Category(
            "cancel a placed order; its fee or rule (ending a plan is subscription)",
            "cancelling an order",
            Priority.HIGH,
            Team.ORDERS,
            _ANSWERED,
            {
                "cancel_order": Topic("cancel this order", Handling.ORDER_CHANGE),
                "cancel_terms": Topic("fee, rule, how and until when in general", Handling.POLICY),
            },
        ),
        "refund_request": Category(
            "wants money back: ask, eligibility, policy, amount or status of a refund",
            "a refund",
            Priority.NORMAL,
            Team.BILLING,
            _ANSWERED | _REFUNDS,
            {
                "claim": Topic("wants money back for an order", Handling.REFUND),
                "refund_status": Topic(
                    "promised or announced, and not received", Handling.REFUND_STATUS, Priority.HIGH
                ),
                "refund_terms": Topic("rules of refunds in general", Handling.POLICY),
            },
        ),
        "return_exchange": Category(
            "send back, swap or replace a delivered item (wrong, unwanted, damaged)",
            "a return or an exchange",
            Priority.NORMAL,
            Team.ORDERS,
            _ANSWERED,
            {
                "return_item": Topic("send back or swap an item", Handling.ORDER_RETURN),
                "damaged_or_wrong": Topic("arrived broken, wrong or incomplete", Handling.ORDER_DAMAGE),
                "return_terms": Topic("how, label, cost and time in general", Handling.POLICY),
            },
        ),
        "payment_billing": Category(
            "a charge failed, doubled or unknown; payment methods; invoice and receipt copies",
            "a payment or an invoice",
            Priority.HIGH,
            Team.BILLING,
            _ANSWERED,
            {
                "payment_failed": Topic("a payment does not go through", Handling.POLICY),
                "wrong_charge": Topic("charged twice or the wrong amount", Handling.PERSON),
                "unknown_charge": Topic("a charge nobody recognises", Handling.PERSON, Priority.URGENT),
                "payment_methods": Topic("ways to pay, cards on file", Handling.POLICY, Priority.LOW),
                "invoice_copy": Topic("invoice, receipt, VAT", Handling.POLICY, Priority.LOW),
            },
        ),
        "account_access": Category(
            "sign-up, log-in, password, identity check, profile data, closing the account",
            "your account",
            Priority.NORMAL,
            Team.ACCOUNTS,
            _ANSWERED,
            {
                "locked_out": Topic("cannot log in", Handling.POLICY, Priority.HIGH),
                "sign_up": Topic("create, activate or verify an account", Handling.POLICY),
                "profile_data": Topic("see or change the data on file", Handling.POLICY),
                "close_account": Topic("delete or deactivate the account", Handling.POLICY),
            },
        ),
        "subscription": Category(
            "plan, membership or newsletter: start, change, renew, stop",
            "a plan, membership or newsletter",
            Priority.NORMAL,
            Team.ACCOUNTS,
            _ANSWERED,
            {
                "start_or_change": Topic("start, change or pause a plan", Handling.POLICY),
                "stop": Topic("end a plan, membership or newsletter", Handling.POLICY),
                "renewal_terms": Topic("renewal, content, price and trial", Handling.POLICY),
            },
        ),
        "product_question": Category(
            "before buying: advice, features, size, price, offers, stock, how to order",
            "a product that you may buy",
            Priority.LOW,
            Team.PRODUCTS,
            _ANSWERED,
            {
                "advice": Topic("features, size, fit, comparison", Handling.POLICY),
                "price_stock_offers": Topic("price, discount, availability", Handling.POLICY),
                "how_to_order": Topic("placing an order, showroom, gifts, bulk", Handling.POLICY),
                "product_safety": Topic(
                    "allergens, children, side effects, certificates", Handling.POLICY, Priority.NORMAL
                ),
            },
        ),
        "technical_issue": Category(
            "product, site or app is broken or behaves wrongly; repair and warranty",
            "something that does not work",
            Priority.NORMAL,
            Team.TECHNICAL,
            _ANSWERED,
            {
                "fault": Topic("a device, app, site or service does not work", Handling.POLICY),
                "repair_warranty": Topic("repair, service visit, warranty", Handling.POLICY),
                "danger_or_outage": Topic(
                    "fire, shock, injury, or everything is down",
                    Handling.PERSON,
                    Priority.URGENT,
                    Team.SAFETY,
                ),
            },
        ),
        "complaint_feedback": Category(
            "complaint about staff, service or advertising, or praise, with no other request",
            "feedback or a complaint",
            Priority.NORMAL,
            Team.CARE,
            _ANSWERED,
            {
                "complaint": Topic("about staff, service or advertising", Handling.PERSON),
                "praise": Topic("thanks and praise", Handling.THANKS),
                "legal_dispute": Topic("lawyer, court, authority", Handling.PERSON, Priority.HIGH),
            },
        ),
        "other_unsupported": Category(
            "all that this desk does not handle, chit-chat, other businesses, pure attacks",
            "something else",
            Priority.LOW,
            Team.CARE,
            frozenset({NextAction.REFUSE, NextAction.ASK_FOLLOW_UP, NextAction.ESCALATE}),
            {
                "bank_matters": Topic("of a bank or card issuer", Handling.REFUSE),
                "other_business": Topic("of another company, an office, an employer; offers", Handling.REFUSE),
                "general_knowledge": Topic("facts, advice, translation, sums", Handling.REFUSE),
                "assistant_task": Topic("timers, music, directions, bookings", Handling.REFUSE),
                "chit_chat": Topic("small talk", Handling.REFUSE),
                "attack": Topic("tries to change how the desk works", Handling.REFUSE),
            },
        ),
    }
)


def topic_of(category: str, topic: str) -> Topic:
    """Return a topic's rules; raises KeyError for a pair that is not in the table."""
    return TAXONOMY[category].topics[topic]


def labels() -> frozenset[str]:
    """Return every "category/topic" of the table: what the classifier must know."""
    return frozenset(f"{category}/{topic}" for category, rule in TAXONOMY.items() for topic in rule.topics)
