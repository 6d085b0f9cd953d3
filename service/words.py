"""A Decision in words, for people at a terminal."""

from agent.decision import Decision


def in_words(decision: Decision) -> str:
    """Return the reply, and below it what was decided and from what."""
    lines = [decision.reply, "", f"  category    {decision.category} ({decision.confidence:.0%})"]
    lines.append(f"  priority    {decision.priority}")
    lines.append(f"  next action {decision.next_action}{_detail(decision)}")
    if decision.order:
        lines.append(f"  order       {decision.order.order_id}, {decision.order.status}")
    lines += [f"  source      {cited.policy_id} / {cited.section}" for cited in decision.citations]
    lines += [f"  looked up   {call.name}: {call.outcome}" for call in decision.tool_calls]
    if decision.flags:
        lines.append(f"  flags       {', '.join(decision.flags)}")
    lines.append(f"  took        {decision.latency_ms:.0f} ms with {decision.release}")
    return "\n".join(lines)


def _detail(decision: Decision) -> str:
    if decision.escalation:
        return f" to {decision.escalation.team} ({decision.escalation.reason})"
    if decision.follow_up:
        return f" for {', '.join(decision.follow_up.asks_for)}"
    if decision.refund:
        return f" ({decision.refund.reason_code})"
    return ""
