"""Values of one format in another: what JSON has no form for, and what a cell of text holds."""

import base64
import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any


def as_json(value: Any) -> Any:
    """Return what stands for a value that JSON has no form for; raises TypeError for what is unknown."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal | timedelta):
        return str(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"no JSON form for {type(value).__name__}")


def as_text(value: Any) -> str:
    """Return a value as the text of a cell: nothing for None, itself for a string, true and false, else JSON."""
    if value is None:
        return ""
    if isinstance(value, datetime | date | time | Decimal | timedelta | bytes):
        return str(as_json(value))
    return value if isinstance(value, str) else json.dumps(value, default=as_json, ensure_ascii=False)


# A spreadsheet runs a cell that begins like this (OWASP, "CSV Injection"); the full-width forms are read as the others.
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def safe_cell(text: str) -> str:
    """Return a cell's text so that no spreadsheet runs it: with an apostrophe before what would."""
    return f"'{text}" if text.startswith(_RUNS) else text
