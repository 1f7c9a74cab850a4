"""How every process of the centre writes its log: one JSON object a line on stderr. The supervisor keeps the lines and reads them."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

QUIET = ("uvicorn.access", "rq.worker", "rq.job", "httpx", "httpcore", "alembic.runtime.plugins")
"""Libraries that speak from WARNING up only."""


class JsonLines(logging.Formatter):
    """One JSON object a line: at, level, logger, message, what `extra=` carried, and the traceback if any."""

    _STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update({name: value for name, value in vars(record).items() if name not in self._STANDARD})
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def configure_logging(level: int = logging.INFO) -> None:
    """Send every log record of this process to stderr as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
