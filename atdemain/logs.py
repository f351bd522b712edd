"""Log lines: one JSON object each in production, plain words in development, always on stderr.

stdout belongs to what a command prints. A line holds ids and codes, never what a person typed.
"""

from __future__ import annotations

from typing import Any

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

HEALTH = "/healthz/"


def drop_answered_probes(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """A probe comes every few seconds; only one that fails is worth a line."""
    if HEALTH in str(event.get("request", "")) and event.get("code") == 200:
        raise structlog.DropEvent
    return event


def configure(*, readable: bool, level: str) -> dict[str, Any]:
    """Set structlog up on the standard library's logging and answer Django's LOGGING.

    `readable`: words for a person; otherwise one JSON object per line, times in UTC.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        drop_answered_probes,
    ]
    if readable:
        last: list[Processor] = [
            _short,
            structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0, pad_level=False),
        ]
    else:
        shared.append(structlog.processors.TimeStamper(fmt="iso", utc=True))
        last = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=not readable,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # The request's own line already says 404 or 500, with the trace of the latter.
            "django.request": {"level": "CRITICAL"},
            "celery": {"level": "WARNING"},
        },
    }


def _short(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """For a reader beside the screen: no identifier nobody will look up."""
    for key in ("request_id", "logger", "user_agent"):
        event.pop(key, None)
    return event
