"""Logs: one JSON object a line on standard error, with the time in UTC."""

import logging

import orjson
import structlog


def configure_logging(level: str) -> None:
    """Send structlog and the standard library's loggers (uvicorn's too) through one renderer, from `level` up."""
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, structlog.processors.JSONRenderer(_json)],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(file=_standard_error()),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())


def _json(line: object, **_: object) -> str:
    """A line of the log; the standard library's JSON takes several times as long, and every request writes one."""
    return orjson.dumps(line, default=repr).decode()


def _standard_error():
    import sys

    return sys.stderr
