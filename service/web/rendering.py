"""Makes pages of templates: escaped by default, and with headers that let nothing in from elsewhere."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tools.money import Money

# Control characters become their pictures; what has none, and marks of direction, the replacement character.
_SEEN = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\n\t"} | dict.fromkeys(
    (0x7F, *range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD
)
FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
HEADERS = {
    # Scripts and styles are files of ours: what a customer wrote runs nowhere, even where it were not escaped.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def page(template: str, status: int = 200, **given: Any) -> HTMLResponse:
    """Return a page, or a part of one."""
    return HTMLResponse(_environment().get_template(template).render(given), status, HEADERS)


def words(name: str) -> str:
    """Return a name of the closed sets as people read it."""
    return name.replace("_", " ").replace(".", " ")


def visible(text: str) -> str:
    """Return a text in which what would be invisible, or turn the direction of what follows, can be seen."""
    return text.translate(_SEEN)


def age(since: datetime, now: datetime) -> str:
    """Return how long ago something was, in its largest unit."""
    seconds = max(0, int((now - since).total_seconds()))
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return "now"


def clock(moment: datetime) -> str:
    """Return a moment in UTC to the minute."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def minute(moment: datetime) -> str:
    """Return a moment in UTC to the minute, for a list of recent ones."""
    return f"{moment.astimezone(UTC):%m-%d %H:%M}"


def _money(minor: int, currency: str) -> str:
    return Money(amount_minor=minor, currency=currency).text()


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"words": words, "age": age, "clock": clock, "minute": minute, "visible": visible}
    made.globals |= {"money": _money}
    return made
