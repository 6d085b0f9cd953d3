"""E-mail addresses: where they stand in a text, and whether two are the same, told in one time for all."""

import hashlib
import hmac
import re

_MENTION = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.){1,4}[A-Za-z]{2,24}(?![\w-])")


def address_mentions(text: str) -> list[str]:
    """Return the addresses in order of appearance. Linear in the length of the text."""
    return _MENTION.findall(text)


def without_addresses(text: str) -> str:
    """Return the text without addresses: those are data, not words."""
    return _MENTION.sub(" ", text)


def same_address(held: str | None, given: str) -> bool:
    """Say whether two addresses are the same but for case and blanks around them; no address is the same as none.

    The same work is done for an address that is not held.
    """
    alike = hmac.compare_digest(_digest(held or ""), _digest(given))
    return alike and bool(held and held.strip())


def _digest(address: str) -> bytes:
    """Of one length for all addresses, since a comparison tells of lengths that differ."""
    return hashlib.sha256(address.strip().lower().encode("utf-8", "surrogatepass")).digest()
