"""What may be the address of another system, and a token for it: checked before anything is asked there."""

from urllib.parse import urlsplit


def leads_to_server(address: str) -> bool:
    """Say whether it is an http or https address without credentials, a query or a fragment."""
    if not is_token(address):
        return False
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:  # brackets that hold no address, a port that is no number or too large
        return False
    whole = parts.scheme in {"http", "https"} and parts.hostname and port != 0
    return bool(whole) and not any(sign in address for sign in "?#@")


def is_token(text: str) -> bool:
    """Say whether a text can stand in a header's value as one word."""
    return text.isascii() and text.isprintable() and " " not in text
