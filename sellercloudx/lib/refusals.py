"""What explains itself is one line of the log, without a trace: a refusal, a lost database."""

import logging

from django.core.exceptions import PermissionDenied

from sellercloudx.lib.database import is_away


class RefusalFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, PermissionDenied):
            record.exc_info = None
        elif is_away(error):
            # As bad as it is, it is no fault of the line of code that happened to ask.
            record.exc_info = None
            record.msg = f"{record.getMessage()}: the database is away: {_in_short(error)}"
            record.args = ()
        return True


def _in_short(error: BaseException | None) -> str:
    """What the server or the driver said first; hints follow on lines of their own."""
    return str(error).partition("\n")[0] or type(error).__name__
