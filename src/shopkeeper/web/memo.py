"""Answers that may be a minute old, so that a page does not ask again for what hardly changes."""

import threading
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

Answer = TypeVar("Answer")
_MOST = 2_000


class Memo(Generic[Answer]):
    """Keeps each answer for `lasts`. Two threads that miss at once both ask; either answer will do."""

    def __init__(self, lasts: timedelta) -> None:
        self._lasts = lasts
        self._lock = threading.Lock()
        self._kept: dict[Hashable, tuple[datetime, Answer]] = {}

    def get(self, key: Hashable, make: Callable[[], Answer], now: datetime) -> Answer:
        """The answer to `key`, made anew if none is kept or the kept one is too old."""
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and timedelta(0) <= now - kept[0] < self._lasts:  # a clock that was put back makes nothing last longer
            return kept[1]
        answer = make()
        with self._lock:
            if len(self._kept) >= _MOST:
                self._kept.clear()
            self._kept[key] = (now, answer)
        return answer
