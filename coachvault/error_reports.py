"""Reports and log lines that carry no variables, no POST data and no values."""

from __future__ import annotations

import logging
import re
import time
from typing import Any, Final

from django.http import HttpRequest
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter
from gunicorn.glogging import Logger

VALUE: Final = re.compile(r"[:='\"<{\[(].*", re.DOTALL)  # where a message that was put together already begins to quote


class Filter(SafeExceptionReporterFilter):
    """Shows nothing of a request but its path, and no variable of any frame."""

    def is_active(self, request: HttpRequest | None) -> bool:
        return True

    def get_safe_settings(self) -> dict[str, Any]:
        return {}

    def get_safe_request_meta(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    def get_safe_cookies(self, request: HttpRequest) -> dict[str, Any]:
        return {}

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        return {}

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: Any) -> Any:
        return []


class Reporter(ExceptionReporter):
    """Django's report of where it happened: no exception's message, not even a cause's, since they quote values; nothing of the request."""

    def get_traceback_data(self) -> dict[str, Any]:
        data: dict[str, Any] = super().get_traceback_data()
        nothing = dict.fromkeys(("exception_value", "exception_notes", "unicode_hint", "user_str", "request_insecure_uri"), "")
        return data | nothing | {"request": None, "request_GET_items": [], "request_FILES_items": [], "request_COOKIES_items": []}

    def get_traceback_frames(self) -> list[dict[str, Any]]:
        frames: list[dict[str, Any]] = super().get_traceback_frames()
        return [frame | {"exc_cause": frame["exc_cause"] and type(frame["exc_cause"]).__name__} for frame in frames]


class Line(logging.Formatter):
    """One line: time (UTC), level, logger, the message's template and, for an error, where it was raised. Never an argument.

    Libraries also put the argument into the message themselves; such a message has no arguments left, and is cut where it may quote.
    """

    converter = time.gmtime
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        where, said = "", str(record.msg) if record.args else VALUE.sub("", str(record.msg))
        if record.exc_info and record.exc_info[2]:
            frame = record.exc_info[2]
            while frame.tb_next:
                frame = frame.tb_next
            code = frame.tb_frame.f_code
            where = f" {record.exc_info[0].__name__ if record.exc_info[0] else ''} at {code.co_filename.rsplit('/', 2)[-1]}:{frame.tb_lineno} in {code.co_name}"
        status = f" {record.status_code}" if hasattr(record, "status_code") else ""
        return f"{self.formatTime(record)} {record.levelname} {record.name} {said[:200]!r}{status}{where}"


class ServerLog(Logger):
    """What gunicorn has to say: lines like all others. Its own would quote what it could not read, and errors with their values."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(Line())
