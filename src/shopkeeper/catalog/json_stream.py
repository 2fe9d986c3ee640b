"""The objects of a JSON array, one by one, in bounded memory, with the line on which each begins; a broken one costs itself only.

The array is the document, or stands under `root` in it. After a broken object, reading goes on at the next line that begins as the last good
object's did (an indented file), else at the next `},{` whose object has a key of the last good one.
"""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from shopkeeper.catalog.clean import printable
from shopkeeper.catalog.feed import Part
from shopkeeper.catalog.text_lines import MAX_LINE, open_text
from shopkeeper.errors import BadInput

_CHUNK: Final = 1 << 18
_SPACE: Final = re.compile(r"[\s,]*")
_DECODER: Final = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class JsonItem:
    """An object, or the fault that makes it unreadable with the text as far as it goes."""

    line: int
    value: dict[str, Any]
    fault: BadInput | None = None
    raw: str = ""


def json_items(part: Part, encoding: str, *, root: str = "") -> Iterator[JsonItem]:
    """The objects of the part's array. `BadInput` if there is no array."""
    with open_text(part, encoding) as text:
        yield from _Window(text).items(part.name, root)


class _Window:
    """The unread part of the text, and the line it begins on."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._buffer = ""
        self._line = 1
        self._indent = "{"
        self._keys: set[str] = set()

    def items(self, name: str, root: str) -> Iterator[JsonItem]:
        self._enter_array(name, root)
        while True:
            self._skip_space()
            if not self._buffer or self._buffer[0] == "]":
                return
            yield self._next()

    def _enter_array(self, name: str, root: str) -> None:
        opening = re.compile(rf'"{re.escape(root)}"\s*:\s*\[') if root else re.compile(r"\s*\[")
        while (match := opening.search(self._buffer) if root else opening.match(self._buffer)) is None:
            if len(self._buffer) > MAX_LINE or not self._more():
                where = f"under {root!r} " if root else ""
                raise BadInput(f"has no JSON array {where}", field="source", value=name, hint="Name the array's key as root in the column map.")
        self._drop(match.end())

    def _more(self) -> bool:
        chunk = self._text.read(_CHUNK)
        self._buffer += chunk
        return bool(chunk)

    def _drop(self, count: int) -> None:
        self._line += self._buffer.count("\n", 0, count)
        self._buffer = self._buffer[count:]

    def _skip_space(self) -> None:
        while True:
            match = _SPACE.match(self._buffer)
            end = match.end() if match else 0
            before = self._buffer[:end].rpartition("\n")
            if before[1]:
                self._indent = "\n" + before[2] + "{"
            self._drop(end)
            if self._buffer or not self._more():
                return

    def _next(self) -> JsonItem:
        line = self._line
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer)
            except (ValueError, RecursionError) as fault:
                if len(self._buffer) < MAX_LINE and self._more():
                    continue
                return self._skip_broken(line, str(fault))
            if end == len(self._buffer) and self._more():
                continue  # a number might go on
            raw = self._buffer[:end]
            self._drop(end)
            if type(value) is not dict:
                return JsonItem(line, {}, BadInput("is not a JSON object", field="row", value=raw[:80]), raw)
            self._keys = set(value)
            return JsonItem(line, value)

    def _skip_broken(self, line: int, reason: str) -> JsonItem:
        """What is left of the file is in the buffer, or `MAX_LINE` of it: look for the next object in that."""
        at = self._buffer.find(self._indent, 1) + 1 if self._indent != "{" else self._next_alike()
        end = at if at > 0 else len(self._buffer)
        raw = self._buffer[:end]
        self._drop(end)
        return JsonItem(line, {}, BadInput(f"is not JSON: {reason}", field="row", value=printable(raw[:80])), printable(raw))

    def _next_alike(self) -> int:
        for match in re.finditer(r"\}\s*,\s*(?=\{)", self._buffer):
            try:
                value, _ = _DECODER.raw_decode(self._buffer, match.end())
            except (ValueError, RecursionError):
                continue
            if isinstance(value, dict) and (not self._keys or len(self._keys & value.keys()) * 2 >= len(self._keys)):
                return match.end()
        return 0
