"""All tools by name: what a model may choose from."""

from collections.abc import Mapping
from types import MappingProxyType

from tools.orders import look_up_order
from tools.refunds import check_refund_eligibility
from tools.tool import Tool

TOOLS: Mapping[str, Tool] = MappingProxyType({tool.name: tool for tool in (look_up_order, check_refund_eligibility)})
