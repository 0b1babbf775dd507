"""What the server writes about itself: one line of JSON an event, on standard error, without anybody's address.

STRATA_LOG says how much: info (every request), warning (refusals and what went wrong) or error.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from datetime import UTC, datetime

LEVELS = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
FIELDS = ("request", "run", "method", "route", "status", "ms")
"""What a record may carry beside its words."""


class JsonLines(logging.Formatter):
    """A record as one line of JSON: time (UTC), level, logger, message, and those of FIELDS that it has."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update({name: value for name in FIELDS if (value := getattr(record, name, None)) is not None})
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line)


class StandardError(logging.Handler):
    """Writes to what standard error is at the time; logging's own keeps the stream that there was at first."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line, at once."""
        try:
            print(self.format(record), file=sys.stderr, flush=True)
        except Exception:
            self.handleError(record)


def set_up(default: str = "warning") -> None:
    """Write what the model package logs from `default` on, or from the level that STRATA_LOG names; once a process."""
    level = LEVELS.get(os.environ.get("STRATA_LOG", default).lower(), LEVELS[default])
    logger = logging.getLogger("model")
    logger.setLevel(level)
    if not any(isinstance(handler.formatter, JsonLines) for handler in logger.handlers):
        handler = StandardError()
        handler.setFormatter(JsonLines())
        logger.addHandler(handler)
