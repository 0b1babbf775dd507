"""What the server writes about itself: one line of JSON an event, on standard error, without anybody's address.

STRATA_LOG says how much: info (every request), warning (refusals and what went wrong) or error.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType

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
        except Exception:  # logging's own way: no line is worth a request
            self.handleError(record)


def set_up(default: str = "warning") -> None:
    """Write what the model package logs from `default` on, or from the level that STRATA_LOG names; once a process."""
    logger = logging.getLogger("model")
    logger.setLevel(LEVELS.get(os.environ.get("STRATA_LOG", default).lower(), LEVELS[default]))
    _write_lines(logger)


def set_up_all() -> None:
    """For a server of its own: what any library logs, and tracebacks that nobody caught, are such lines as well."""
    root = logging.getLogger()
    root.setLevel(logging.WARNING)
    _write_lines(root)
    logging.getLogger("model").propagate = False  # it has its own
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda failed: (
        _uncaught(failed.exc_type, failed.exc_value or failed.exc_type(), failed.exc_traceback)
        if failed.exc_type is not SystemExit
        else None
    )


def _uncaught(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return  # somebody pressed Ctrl-C
    logging.getLogger("model").error("an error that nobody caught", exc_info=(kind, error, where))


def _write_lines(logger: logging.Logger) -> None:
    """Let a logger write JSON lines, unless it does."""
    if not any(isinstance(handler.formatter, JsonLines) for handler in logger.handlers):
        handler = StandardError()
        handler.setFormatter(JsonLines())
        logger.addHandler(handler)
