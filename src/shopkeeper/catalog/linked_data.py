"""The JSON-LD objects of a file: an object, an array, a @graph, one object a line, or the scripts of an HTML page."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, Final

import orjson

from shopkeeper.catalog.feed import Part
from shopkeeper.catalog.json_stream import JsonItem, json_items
from shopkeeper.catalog.records import checked_line
from shopkeeper.catalog.text_lines import head_text, open_text, text_lines
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

_HEAD: Final = 1 << 16
MAX_DOCUMENT: Final = 32_000_000
"""Characters of a page, or of an object that is not an array or @graph: those are read whole."""


def linked_objects(part: Part, encoding: str) -> Iterator[JsonItem]:
    """The objects with the line on which each begins; what an object holds in its own @graph comes instead of it."""
    head = head_text(part, encoding)
    if head.startswith("["):
        yield from _opened(json_items(part, encoding))
    elif head.startswith("<"):
        for line, script in _scripts(_whole(part, encoding)):
            yield from _opened(_parsed(line, script))
    elif _is_lines(head):
        for line, text_line in text_lines(part, encoding):
            if text_line and not text_line.isspace():
                yield from _opened(_parsed(line, text_line))
    elif '"@graph"' in head:
        yield from _opened(json_items(part, encoding, root="@graph"))
    else:
        yield from _opened(_parsed(1, _whole(part, encoding)))


def _is_lines(head: str) -> bool:
    first, _, rest = head.partition("\n")
    if not rest.lstrip().startswith("{"):
        return False
    try:
        return isinstance(orjson.loads(first), dict)
    except orjson.JSONDecodeError:
        return False


def _whole(part: Part, encoding: str) -> str:
    with open_text(part, encoding) as text:
        content = text.read(MAX_DOCUMENT + 1)
    if len(content) > MAX_DOCUMENT:
        raise BadInput(told("object_too_long", limit=MAX_DOCUMENT), field="source", value=part.name, hint=told("hint.graph"))
    return content


def _parsed(line: int, text: str) -> Iterator[JsonItem]:
    try:
        value = orjson.loads(checked_line(text) if len(text) < _HEAD else text)
    except (orjson.JSONDecodeError, UnicodeEncodeError) as fault:
        yield JsonItem(line, {}, BadInput(told("not_json", detail=fault), field="row", value=text[:80].strip()), text[:10_000])
        return
    except BadInput as fault:
        yield JsonItem(line, {}, fault, text[:10_000])
        return
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield JsonItem(line, item)
        else:
            yield JsonItem(line, {}, BadInput(told("not_json_object"), field="row", value=str(item)[:80]), str(item)[:10_000])


def _opened(items: Iterator[JsonItem]) -> Iterator[JsonItem]:
    for item in items:
        graph: Any = item.value.get("@graph")
        if isinstance(graph, list):
            yield from (JsonItem(item.line, node) for node in graph if isinstance(node, dict))
        else:
            yield item


def _scripts(html: str) -> Iterator[tuple[int, str]]:
    reader = _ScriptReader()
    reader.feed(html)
    reader.close()
    yield from reader.found


class _ScriptReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self._parts: list[str] | None = None
        self._line = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script" and (dict(attrs).get("type") or "").split(";")[0].strip().lower() == "application/ld+json":
            self._parts, self._line = [], self.getpos()[0]

    def handle_data(self, data: str) -> None:
        if self._parts is not None:
            self._parts.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and self._parts is not None:
            self.found.append((self._line, "".join(self._parts).strip()))
            self._parts = None
