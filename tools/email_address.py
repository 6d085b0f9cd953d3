"""Compares e-mail addresses without telling by its time how much of them is alike."""

import hashlib
import hmac


def same_address(held: str | None, given: str) -> bool:
    """Say whether two addresses are the same but for case and blanks around them; no address is the same as none.

    The same work is done for an address that is not held.
    """
    alike = hmac.compare_digest(_digest(held or ""), _digest(given))
    return alike and bool(held and held.strip())


def _digest(address: str) -> bytes:
    """Of one length for all addresses, since a comparison tells of lengths that differ."""
    return hashlib.sha256(address.strip().lower().encode("utf-8", "surrogatepass")).digest()
