"""All tools by name: those that a run may call, and those that only the service calls, when a person has approved."""

from collections.abc import Mapping
from types import MappingProxyType

from tools.issue_refund import issue_refund
from tools.orders import look_up_order
from tools.refunds import check_refund_eligibility
from tools.tool import Tool

TOOLS: Mapping[str, Tool] = MappingProxyType({tool.name: tool for tool in (look_up_order, check_refund_eligibility)})
# Apart, so that no run can reach them: a run is given TOOLS, and nothing that is not in there can be chosen.
WRITE_TOOLS: Mapping[str, Tool] = MappingProxyType({tool.name: tool for tool in (issue_refund,)})
