"""One JSON object a line, for machines that gather logs."""

import json
import logging
from datetime import UTC, datetime

from sellercloudx.lib.redact import scrub


class JsonFormatter(logging.Formatter):
    """Everything said is scrubbed before it is packed, the quotes of a traceback too."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": scrub(record.getMessage()),
            "request_id": getattr(record, "request_id", ""),
            "partner_id": getattr(record, "partner_id", None),
        }
        if record.exc_info:
            line["exception"] = scrub(self.formatException(record.exc_info))
        if record.stack_info:
            line["stack"] = scrub(self.formatStack(record.stack_info))
        return json.dumps({k: v for k, v in line.items() if v}, ensure_ascii=False)
