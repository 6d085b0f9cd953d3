"""Who calls: a server with a key of some role, or a browser with a chat token for one customer or one visitor."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a caller may be let in as. `chat` is a browser's; the others are roles of keys."""

    SERVICE = "service"
    DESK = "desk"
    OPS = "ops"
    ADMIN = "admin"
    CHAT = "chat"


KEY_ROLES = (Role.SERVICE, Role.DESK, Role.OPS, Role.ADMIN)


@dataclass(frozen=True)
class Caller:
    """A caller whose credential was verified. `id` is the key's, or the token's subject."""

    id: str
    role: Role
    customer_id: str | None = None  # of a chat token
    visitor_id: str | None = None  # of a chat token for somebody who is not known
