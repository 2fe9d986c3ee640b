"""Which format a feed is in, told from its content."""

import re
from typing import Final

import orjson

from shopkeeper.catalog.documents import PRODUCT_KEYS
from shopkeeper.catalog.feed import Part
from shopkeeper.catalog.report import FormatName
from shopkeeper.catalog.sources.google_fields import attribute
from shopkeeper.catalog.table_rows import guess_delimiter, split_header
from shopkeeper.catalog.text_lines import head_text
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

_LINKED_DATA: Final = re.compile(r'"@(context|type|graph)"\s*:')
_HINT: Final = told("hint.format_or_map")


def detect_format(part: Part, encoding: str) -> FormatName:
    """The format of the part; `BadInput` with what was seen if it is none that we know."""
    with part.open() as stream:
        magic = stream.read(512)
    if magic.startswith(b"PAR1"):
        raise BadInput(told("is_parquet"), field="source", value=part.name, hint=told("hint.map"))
    if magic[257:262] == b"ustar":
        raise BadInput(told("is_tar"), field="source", value=part.name, hint=told("hint.unpack"))
    head = head_text(part, encoding)
    if head.startswith("<"):
        return _markup(head, part.name)
    if head.startswith(("{", "[")):
        return _json(head, part.name)
    return _table(head, part.name)


def _markup(head: str, name: str) -> FormatName:
    lowered = head.lower()
    if "<html" in lowered or "<!doctype html" in lowered or "application/ld+json" in lowered:
        return "schema-org"
    if "<rss" in lowered or "<feed" in lowered or "base.google.com/ns/1.0" in lowered or "<item" in lowered:
        return "google-xml"
    raise BadInput(told("xml_of_no_feed"), field="source", value=name, hint=told("hint.rss_or_atom"))


def _json(head: str, name: str) -> FormatName:
    first = head.split("\n", 1)[0]
    try:
        document = orjson.loads(first)
    except orjson.JSONDecodeError:
        document = None
    if isinstance(document, dict) and "@type" not in document and "@context" not in document and ({"id"} & document.keys()):
        if "deleted" in document or (isinstance(document.get("title"), dict) or document.keys() <= PRODUCT_KEYS):
            return "jsonl"
        raise BadInput(told("json_lines_of_own_shape", keys=", ".join(list(document)[:12])), field="source", value=name, hint=_HINT)
    if _LINKED_DATA.search(head):
        return "schema-org"
    if document is None and head.startswith("{") and '"variants"' in head:
        return "jsonl"  # its first line is broken; the reader will say how
    raise BadInput(told("json_of_no_format"), field="source", value=name, hint=_HINT)


def _table(head: str, name: str) -> FormatName:
    first = next((line for line in head.split("\n") if line.strip()), "")
    columns = split_header(first[:100_000], guess_delimiter(first))
    lowered = {column.lower() for column in columns}
    if {"handle", "title"} <= lowered or {"url handle", "title"} <= lowered:
        return "shopify"
    google = {attribute(column) for column in columns}
    if {"id", "title"} <= google and {"price", "link", "availability", "image_link"} & google:
        return "google-tsv"
    shown = ", ".join(columns[:20])
    raise BadInput(told("columns_of_no_format", columns=shown[:300]), field="source", value=name, hint=_HINT)
