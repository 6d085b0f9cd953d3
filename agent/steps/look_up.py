"""Fourth: READ tools, with arguments whose provenance is proved. Another's order and no order give the same answer."""

import asyncio
import time

from agent.answer import Answer
from agent.decision import Flag, ToolCall
from agent.deps import Deps
from agent.evidence import Evidence, ToolEvidence, ToolRequest
from agent.models.ask import ask
from agent.models.protocol import Reading
from agent.state import State
from agent.taxonomy import LOOK_UPS, topic_of
from agent.trace import PassageFound, ToolCalled
from knowledge.errors import PartUnavailable
from knowledge.search import Found
from tools.tool import Effect, Outcome, ToolContext, ToolResult

MOST_CALLS = 6
RULE_PASSAGES = 2
NEEDS_NOTHING = frozenset({Answer.DECLINES, Answer.THANKS, Answer.CANNOT_SAY})


async def look_up(state: State, deps: Deps) -> State:
    """Call the tools that the model chose where its choice holds; with several orders named, the customer is asked."""
    evidence: list[ToolEvidence] = []
    asked: tuple[Flag, ...] = ()
    if _to_look_up(state["reading"], deps):
        requests, asked = await _requests(state, deps)
        for request in requests:
            if _needs_order(request) and not _has_order(request, evidence):
                continue
            evidence.append(await _call(request, f"call-{len(evidence) + 1}", deps))
    failed = Evidence(tools=tuple(evidence)).tool_failed
    return {
        "tool_evidence": tuple(evidence),
        "passages": _with_rule(state, tuple(evidence), deps),
        "flags": asked + (Flag.TOOL_UNAVAILABLE,) * failed,
    }


def _to_look_up(reading: Reading, deps: Deps) -> bool:
    one = len(reading.order_ids) == 1
    return one and reading.answer not in NEEDS_NOTHING and not unproved(reading, deps)


def unproved(reading: Reading, deps: Deps) -> bool:
    """Say whether a visitor asks about an order without having proved that it is theirs."""
    named = len(reading.order_ids) == 1 and reading.order_ids[0] != deps.identity.proved_order_id
    return reading.ticket.visitor and deps.identity.customer_id is None and named


async def _requests(state: State, deps: Deps) -> tuple[tuple[ToolRequest, ...], tuple[Flag, ...]]:
    """Return the look-ups to make, and the flags of how they were chosen."""
    reading, classification = state["reading"], state["classification"]
    needed = LOOK_UPS.get(topic_of(classification.category, classification.topic).handling, ())

    def holds(requests: tuple[ToolRequest, ...]) -> bool:
        allowed = all(_allowed(request, reading, deps) for request in requests)
        return allowed and len(requests) <= MOST_CALLS and {one.tool for one in requests} >= set(needed)

    requests, asked = await ask(
        "choose_lookups",
        lambda model, spending: model.choose_lookups(reading, classification, spending),
        holds,
        deps,
    )
    flags = tuple(Flag.ARGUMENT_REFUSED if flag is Flag.ANSWER_REFUSED else flag for flag in asked)
    return tuple(dict.fromkeys(requests)), flags


def _allowed(request: ToolRequest, reading: Reading, deps: Deps) -> bool:
    """A READ tool, and an order number with provenance."""
    tool = deps.tools.get(request.tool)
    return tool is not None and tool.effect is Effect.READ and request.order_id in reading.order_ids


def _needs_order(request: ToolRequest) -> bool:
    return request.tool != "look_up_order"


def _has_order(request: ToolRequest, evidence: list[ToolEvidence]) -> bool:
    """Eligibility is judged for the order that was found."""
    return [order.order_id for order in Evidence(tools=tuple(evidence)).orders] == [request.order_id]


async def _call(request: ToolRequest, id: str, deps: Deps) -> ToolEvidence:
    tool = deps.tools[request.tool]
    context = ToolContext(shop=deps.shop, identity=deps.identity, today=deps.today)
    arguments = {"order_id": request.order_id}
    started = time.perf_counter()
    try:
        async with asyncio.timeout(min(tool.timeout_s, deps.deadline.left())):
            result = await asyncio.to_thread(tool.run, context, dict(arguments))
    except TimeoutError:
        result = ToolResult(outcome=Outcome.TIMED_OUT)
    duration = round((time.perf_counter() - started) * 1000, 3)
    call = ToolCall(id=id, name=tool.name, arguments=arguments, outcome=result.outcome, duration_ms=duration)
    rule = result.refund.rule_id if result.refund is not None else None
    deps.tracer.add(ToolCalled(**call.model_dump(), rule=rule))
    return ToolEvidence(call, result)


def _with_rule(state: State, evidence: tuple[ToolEvidence, ...], deps: Deps) -> tuple[Found, ...]:
    """Return the passages with those in front that state the rule by which a refund was judged."""
    judged = Evidence(tools=evidence).refund
    if judged is None:
        return state["passages"]
    # A rule of the day on which the order was placed still holds for it, though its article may be superseded by now.
    placed_on = Evidence(tools=evidence).orders[0].placed_on
    try:
        stating = deps.search.stating(judged[0].rule_id, state["vector"], placed_on) or deps.search.stating(
            judged[0].rule_id, state["vector"], deps.today
        )
    except PartUnavailable:
        return state["passages"]
    stating = stating[:RULE_PASSAGES]
    for one in stating:
        deps.tracer.add(PassageFound(passage_id=one.passage.id, score=round(one.score, 4)))
    known = {one.passage.id for one in stating}
    return (*stating, *(one for one in state["passages"] if one.passage.id not in known))
