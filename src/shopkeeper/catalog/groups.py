"""Rows brought together by a key although the file scatters them: spilled to a temporary file, read back group by group.

Memory holds 8 bytes a row and the keys; the rows themselves beyond `IN_MEMORY` bytes wait on disk.
"""

import tempfile
from array import array
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Final, Self

import orjson

IN_MEMORY: Final = 32 * 1024 * 1024


class Groups:
    """JSON-ready rows by key; `drain` gives the groups in the order in which their keys first came, each in the order of its rows."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by __exit__, held across calls
        self._places: dict[str, array[int]] = {}
        self._end = 0

    def add(self, key: str, row: Any) -> None:
        """Keep a row under `key`."""
        packed = orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
        self._places.setdefault(key, array("Q")).append(self._end)
        self._end += self._file.write(packed)

    def drain(self) -> Iterator[tuple[str, list[Any]]]:
        """The groups, once everything is added."""
        for key, places in self._places.items():
            rows = []
            for place in places:
                if self._file.tell() != place:
                    self._file.seek(place)
                rows.append(orjson.loads(self._file.readline()))
            yield key, rows

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()
