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
from shopkeeper.kit.wordings import told

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
    """The unread part of the text: `buffer` from `at` on, and the line that is on."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._buffer = ""
        self._at = 0
        self._line = 1
        self._indent = ""
        self._keys: set[str] = set()

    def items(self, name: str, root: str) -> Iterator[JsonItem]:
        self._enter_array(name, root)
        while True:
            self._skip_space()
            if self._at == len(self._buffer) or self._buffer[self._at] == "]":
                return
            yield self._next()

    def _enter_array(self, name: str, root: str) -> None:
        opening = re.compile(rf'"{re.escape(root)}"\s*:\s*\[') if root else re.compile(r"\s*\[")
        while (match := opening.search(self._buffer) if root else opening.match(self._buffer)) is None:
            if len(self._buffer) > MAX_LINE or not self._more():
                where = f"under {root!r} " if root else ""
                raise BadInput(told("no_json_array", where=where), field="source", value=name, hint=told("hint.root"))
        self._go_to(match.end())

    def _more(self) -> bool:
        """Read on; what was gone past is let go of."""
        chunk = self._text.read(_CHUNK)
        self._buffer = self._buffer[self._at :] + chunk
        self._at = 0
        return bool(chunk)

    def _go_to(self, place: int) -> None:
        self._line += self._buffer.count("\n", self._at, place)
        self._at = place

    def _skip_space(self) -> None:
        while True:
            match = _SPACE.match(self._buffer, self._at)
            end = match.end() if match is not None else self._at
            newline = self._buffer.rfind("\n", self._at, end)
            if newline >= 0:
                self._indent = self._buffer[newline:end] + "{"
            self._go_to(end)
            if self._at < len(self._buffer) or not self._more():
                return

    def _next(self) -> JsonItem:
        line = self._line
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._at)
            except (ValueError, RecursionError) as fault:
                if len(self._buffer) - self._at < MAX_LINE and self._more():
                    continue
                return self._skip_broken(line, str(fault).partition(": line")[0])
            if end == len(self._buffer) and self._more():
                continue  # a number might go on
            start, keys = self._at, value.keys() if type(value) is dict else ()
            self._go_to(end)
            if type(value) is not dict:
                raw = self._buffer[start:end]
                return JsonItem(line, {}, BadInput(told("not_json_object"), field="row", value=raw[:80]), raw)
            self._keys = set(keys)
            return JsonItem(line, value)

    def _skip_broken(self, line: int, reason: str) -> JsonItem:
        """What is left of the file is in the buffer, or `MAX_LINE` of it: look for the next object in that."""
        found = self._buffer.find(self._indent, self._at + 1) + len(self._indent) - 1 if self._indent else self._next_alike()
        end = found if found > self._at else len(self._buffer)
        raw = printable(self._buffer[self._at : end])
        self._go_to(end)
        return JsonItem(line, {}, BadInput(told("not_json", detail=reason), field="row", value=raw[:80]), raw)

    def _next_alike(self) -> int:
        for match in re.compile(r"\}\s*,\s*(?=\{)").finditer(self._buffer, self._at):
            try:
                value, _ = _DECODER.raw_decode(self._buffer, match.end())
            except (ValueError, RecursionError):
                continue
            if isinstance(value, dict) and (not self._keys or len(self._keys & value.keys()) * 2 >= len(self._keys)):
                return match.end()
        return 0
