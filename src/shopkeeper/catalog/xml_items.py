"""The items of an XML feed, one by one, in bounded memory; a broken item costs itself only.

The text is cut at `<item>…</item>` (RSS 2.0) or `<entry>…</entry>` (Atom) without trusting what lies between; each piece is then parsed by
itself. An item without its end tag ends where the next begins. A document type declaration is refused: no feed needs one, and entities bite.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from shopkeeper.catalog.clean import printable
from shopkeeper.catalog.feed import Part
from shopkeeper.catalog.text_lines import MAX_LINE, UNDECODED, open_text
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

_CHUNK: Final = 1 << 16
_LONGEST_TAG: Final = 1_000
_START: Final = re.compile(r"<(item|entry)(?=[\s>/])")
_DECLARED: Final = re.compile(r"""<\?xml[^>]*encoding\s*=\s*["']([\w.-]+)""")
_NAMESPACE: Final = re.compile(r"""xmlns:([\w.-]+)\s*=\s*("[^"<]*"|'[^'<]*')""")
GOOGLE_NAMESPACE: Final = "http://base.google.com/ns/1.0"


@dataclass(frozen=True, slots=True)
class XmlItem:
    """One item as text, and the line on which it begins; `fault` if it has no end. `head` is all that stood before the first item."""

    line: int
    text: str
    head: str
    fault: BadInput | None = None


def xml_encoding(part: Part, found: str) -> str:
    """`found` (told by content) or what the XML declaration says, where content leaves it open; GB2312 is read as its superset GB18030."""
    if found not in ("utf-8", "gb18030"):
        return found
    with part.open() as stream:
        declared = _DECLARED.search(stream.read(256).decode("ascii", "replace"))
    if declared is None or declared[1].lower() in ("utf-8", "utf8"):
        return found
    return "gb18030" if declared[1].lower() in ("gb2312", "gbk", "gb18030") else declared[1].lower()


def xml_items(part: Part, encoding: str) -> Iterator[XmlItem]:
    """The items of the feed. `BadInput` if it declares a document type."""
    with open_text(part, encoding) as text:
        yield from _cut(text)


def _cut(text: io.TextIOWrapper) -> Iterator[XmlItem]:
    buffer, line, head = _read_head(text)
    kind = _START.match(buffer)
    if kind is None:
        return
    start_tag = re.compile(rf"<{kind[1]}(?=[\s>/])")
    token = re.compile(rf"<!\[CDATA\[|<!--|</{kind[1]}\s*>|{start_tag.pattern}")
    while buffer:
        end, fault = _item_end(buffer, token, start_tag, kind[1])
        if end is None and len(buffer) <= MAX_LINE and (chunk := text.read(_CHUNK)):
            buffer += chunk
            continue
        if end is None:
            end = len(buffer)
            what = told("line_too_long", limit=MAX_LINE) if end > MAX_LINE else told("no_end_tag")
            fault = BadInput(what, field=kind[1], value=buffer[:80])
        yield XmlItem(line, buffer[:end], head, fault)
        while (following := start_tag.search(buffer, end)) is None:
            chunk = text.read(_CHUNK)
            kept = max(end, len(buffer) - _LONGEST_TAG)
            line += buffer.count("\n", 0, kept)
            buffer, end = buffer[kept:] + chunk, 0
            if not chunk:
                return
        line += buffer.count("\n", 0, following.start())
        buffer = buffer[following.start() :]


def _read_head(text: io.TextIOWrapper) -> tuple[str, int, str]:
    """(text from the first item on, its line, the head before it)."""
    buffer = ""
    while (first := _START.search(buffer)) is None and (chunk := text.read(_CHUNK)):
        buffer += chunk
        if len(buffer) > MAX_LINE:
            raise BadInput(told("no_items"), field="source", value=buffer[:80])
    end = len(buffer) if first is None else first.start()
    head = buffer[:end]
    if "<!DOCTYPE" in head.upper() or "<!ENTITY" in head.upper():
        raise BadInput(told("document_type"), field="source", value=head[:80], hint=told("hint.doctype"))
    return buffer[end:], 1 + head.count("\n"), head


def _item_end(buffer: str, token: re.Pattern[str], start_tag: re.Pattern[str], kind: str) -> tuple[int | None, BadInput | None]:
    """(where the item at the buffer's beginning ends, what is wrong with it); None if the buffer does not reach that far."""
    at = 1
    while (match := token.search(buffer, at)) is not None:
        if match[0].startswith("</"):
            return match.end(), None
        if match[0] in ("<![CDATA[", "<!--"):
            closed = buffer.find("]]>" if match[0] == "<![CDATA[" else "-->", match.end())
            following = re.compile(rf"</{kind}\s*>\s*{start_tag.pattern}").search(buffer, match.end(), closed if closed >= 0 else len(buffer))
            if following is not None:  # it was never closed, and would swallow the next items
                end = start_tag.search(buffer, following.start())
                assert end is not None
                return end.start(), BadInput(told("never_closed", tag=match[0]), field=kind, value=buffer[match.start() : match.end() + 60])
            if closed < 0:
                return None, None
            at = closed + 3
            continue
        return match.start(), BadInput(told("end_tag_late"), field=kind, value=buffer[:80])
    return None, None


def parse_item(item: XmlItem) -> Element:
    """The item as an element; `BadInput` says what is wrong and on which line of the file."""
    if item.fault is not None:
        raise item.fault
    if UNDECODED.search(item.text):
        raise BadInput(told("other_encoding"), field="item", value=printable(item.text)[:80], hint=told("hint.one_encoding"))
    spaces = {prefix: f"xmlns:{prefix}={quoted}" for prefix, quoted in _NAMESPACE.findall(item.head)}
    spaces.setdefault("g", f'xmlns:g="{GOOGLE_NAMESPACE}"')
    try:
        return fromstring(f"<feed {' '.join(spaces.values())}>{item.text}</feed>", forbid_dtd=True)[0]
    except ParseError as fault:
        line, column = fault.position
        what = str(fault).split(":", maxsplit=1)[0]
        raise BadInput(told("broken_xml", line=item.line + line - 1, what=what), field="item", value=_near(item.text, line, column)) from None
    except (DefusedXmlException, ValueError) as fault:
        raise BadInput(told("not_xml", detail=fault), field="item", value=item.text[:80]) from None


def _near(text: str, line: int, column: int) -> str:
    lines = text.split("\n")
    broken = lines[line - 1] if line <= len(lines) else ""
    return broken[max(0, column - 40) : column + 40].strip()
