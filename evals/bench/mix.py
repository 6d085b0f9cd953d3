"""The tickets of the benchmarks: made of a shop's everyday sentences to a given length, each about one known order."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from agent.ticket import LONGEST_TEXT, Ticket
from tools.records import Order

STANDARD_LENGTHS = (50, 200, 500, 1000)  # characters; a quarter of the mix each
SPREAD = 0.1  # a ticket's length lies within this share of the length it stands for
OPENINGS = (
    "Where is my order {order}?",
    "Order {order} has not arrived.",
    "My parcel {order} is late.",
    "What is the delivery status of {order}?",
    "The parcel of order {order} never came.",
    "When will my order {order} be delivered?",
)
SHORTEST = "Where is {order}?"
# All about a parcel that is awaited: a ticket of several matters might not lead to the look-up that is timed.
SENTENCES = (
    "The tracking page has shown the same line since Monday.",
    "I was at home all day and no parcel came.",
    "My neighbours have not taken the parcel in for me either.",
    "The parcel is a present for my sister, whose birthday is on Saturday.",
    "The mail about the dispatch came at once, but no parcel since.",
    "Last year a parcel of yours came after two days, so this delivery seems slow.",
    "The carrier told me on the phone that the parcel is still on its way.",
    "There are two things in the parcel, and I have been waiting for the larger one for weeks.",
    "According to the tracking it should have been delivered last Thursday.",
    "The van of the carrier was in our street yesterday and drove on.",
    "It said out for delivery in the morning, and in the evening it was back in transit.",
    "Please look up where the parcel is and when it will be here.",
    "The parcel shop around the corner has not received it.",
    "We are away from the ninth to the fourteenth, so the parcel should come before that.",
    "I do not mind waiting some more days, but I would like to know where the parcel is now.",
    "A colleague ordered a week later than I did and her parcel has arrived.",
    "No card was left in the letter box, and nothing lies at the door.",
    "The expected day of delivery has been moved twice already.",
    "How many days does the carrier still need?",
    "The tracking number shows that the parcel left your warehouse.",
    "Has the parcel been lost on the way, or is it only late?",
    "I have looked at the tracking again this morning and there is no news.",
    "The lamp in that parcel is needed for our new flat by the weekend.",
    "The parcel has been on its way for eleven days now.",
)


@dataclass(frozen=True)
class MixTicket:
    """A ticket, how many characters it stands for, and the order that it names."""

    ticket: Ticket
    length: int
    order_id: str


def mix(
    orders: Sequence[Order], lengths: Sequence[int], each: int, draw: random.Random, spread: float = SPREAD
) -> list[MixTicket]:
    """Return `each` tickets of each length, asked by the owner of the order that each names."""
    return [ticket_of(length, draw.choice(orders), draw, spread) for length in lengths for _ in range(each)]


def ticket_of(length: int, order: Order, draw: random.Random, spread: float = SPREAD) -> MixTicket:
    """Return a ticket of about `length` characters, 17 at least and 20,000 at most."""
    wanted = min(round(length * draw.uniform(1 - spread, 1 + spread)), LONGEST_TEXT)
    ticket = Ticket.of(_text(wanted, order.order_id, draw), customer_id=order.customer_id, channel="bench")
    return MixTicket(ticket, length, order.order_id)


def _text(wanted: int, order_id: str, draw: random.Random) -> str:
    """Return whole words; the order number is always among them."""
    opening, shortest = draw.choice(OPENINGS).format(order=order_id), SHORTEST.format(order=order_id)
    text = opening if len(opening) <= wanted else shortest
    if len(text) >= wanted:
        return text
    while len(text) <= wanted:
        text = " ".join([text, *draw.sample(SENTENCES, len(SENTENCES))])
    return text[: wanted + 1].rsplit(" ", 1)[0]
