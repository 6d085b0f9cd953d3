"""Structured logs: one JSON object a line, ASCII only, so that nothing in a message can break a line or colour one."""

import json
import logging
import sys
from datetime import UTC, datetime


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON. An exception is named by its kind: its text may hold anything."""

    def format(self, record: logging.LogRecord) -> str:
        """See logging.Formatter."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _words(record),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=True)


def _words(record: logging.LogRecord) -> str:
    """Return the first line of a message: asyncio's and those of warnings go on with what they are about.

    asyncio's first line may name a call, whose arguments are left out too. Of a traceback the kind is added.
    """
    first, *more = record.getMessage().splitlines() or [""]
    if more and first.startswith("Traceback"):
        return f"{first} {more[-1].partition(':')[0]}"
    return first.partition("(")[0] if record.name == "asyncio" else first


def log_to_stderr(level: int = logging.INFO) -> None:
    """Send all logs to standard error. Requests are not logged: their paths are what a caller sent."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.captureWarnings(True)
    logging.getLogger("uvicorn.access").disabled = True
    for chatty in ("httpx", "httpx2", "chromadb", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
