"""Logs: one JSON object a line on standard error, with the time in UTC."""

import logging
import sys
from typing import TextIO, cast

import orjson
import structlog


def configure_logging(level: str) -> None:
    """Send structlog and the standard library's loggers (uvicorn's too) through one renderer, from `level` up."""
    out = LossyLog(sys.stderr)
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, structlog.processors.JSONRenderer(_json)],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(file=cast(TextIO, out)),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(out)
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


class LossyLog:
    """A stream for log lines that never fails whoever logs: what `out` does not take, because the disk behind it is full, is dropped and counted.

    The first line that it takes again is one that says how many were lost.
    """

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._lost = 0

    def write(self, text: str) -> int:
        """Write `text`, a line of the log; returns its length whether or not it was taken."""
        try:
            if self._lost:
                self._out.write(f'{{"event": "log lines were lost", "lost": {self._lost}, "level": "warning"}}\n')
                self._out.flush()
                self._lost = 0
            self._out.write(text)
        except OSError:
            self._lost += 1
        return len(text)

    def flush(self) -> None:
        """Hand on what is buffered, if `out` takes it."""
        try:
            self._out.flush()
        except OSError:
            self._lost += 1
