"""Records of any table-like file (CSV, JSON, JSON Lines, Parquet) under one shape: a line number and values by column."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Final, Literal, get_args

import orjson

from shopkeeper.catalog.clean import printable
from shopkeeper.catalog.document_fields import load_object
from shopkeeper.catalog.feed import Part
from shopkeeper.catalog.json_stream import json_items
from shopkeeper.catalog.parquet_rows import parquet_columns, parquet_rows
from shopkeeper.catalog.table_rows import DELIMITERS, Delimiter, guess_delimiter, split_header, table_rows
from shopkeeper.catalog.text_lines import MAX_LINE, UNDECODED, detect_encoding, open_text, text_lines
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

RecordKind = Literal["csv", "json", "jsonl", "parquet"]
RECORD_KINDS: Final[tuple[RecordKind, ...]] = get_args(RecordKind)
SAMPLE: Final = 1_000
"""JSON has no header: a column counts as there if one of this many first records has it."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its values as the file types them, or the fault that makes it unreadable."""

    line: int
    values: Mapping[str, Any]
    raw: str = ""
    fault: BadInput | None = None


@dataclass(frozen=True, slots=True)
class Records:
    """A part's records, and the columns that it has."""

    kind: RecordKind
    encoding: str
    columns: frozenset[str]
    rows: Iterator[Record]


def open_records(
    part: Part, *, kind: RecordKind | None = None, encoding: str | None = None, delimiter: Delimiter | None = None, root: str = ""
) -> Records:
    """The records of a part; kind and encoding are told from the content where they are not given."""
    known = record_kind(part) if kind is None else kind
    if known == "parquet":
        return Records(known, "", frozenset(parquet_columns(part)), (Record(line, row) for line, row in parquet_rows(part)))
    text = detect_encoding(part) if encoding is None else encoding
    if known == "csv":
        return Records(known, text, _csv_columns(part, text, delimiter), _csv_records(part, text, delimiter))
    rows = _json_records(part, text, root) if known == "json" else _jsonl_records(part, text)
    sample = list(islice(rows, SAMPLE))
    columns = frozenset(column for record in sample for column in record.values)
    return Records(known, text, columns, chain(sample, rows))


def record_kind(part: Part) -> RecordKind:
    """The kind by content: Parquet's magic, a bracket, a brace, else a table."""
    with part.open() as stream:
        head = stream.read(4096)
    if head.startswith(b"PAR1"):
        return "parquet"
    start = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1]
    if start == b"[":
        return "json"
    if start == b"{":
        first = head.split(b"\n", 1)[0]
        try:
            orjson.loads(first)
        except orjson.JSONDecodeError:
            return "json" if len(first) < len(head) - 1 and first.count(b'"') <= 2 else "jsonl"
        return "jsonl"
    return "csv"


def _csv_columns(part: Part, encoding: str, delimiter: Delimiter | None) -> frozenset[str]:
    with open_text(part, encoding) as text:
        for line in text:
            if line.strip():
                return frozenset(split_header(line.rstrip("\n"), guess_delimiter(line) if delimiter is None else delimiter))
    return frozenset()


def _csv_records(part: Part, encoding: str, delimiter: Delimiter | None) -> Iterator[Record]:
    for row in table_rows(part, encoding, delimiter):
        yield Record(row.line, row.cells, row.raw, row.fault)


def _json_records(part: Part, encoding: str, root: str) -> Iterator[Record]:
    for item in json_items(part, encoding, root=root):
        yield Record(item.line, item.value, item.raw, item.fault)


def _jsonl_records(part: Part, encoding: str) -> Iterator[Record]:
    for number, line in text_lines(part, encoding):
        if not line or line.isspace():
            continue
        try:
            yield Record(number, load_object(checked_line(line), what="row"), line)
        except BadInput as fault:
            yield Record(number, {}, printable(line), fault)


def checked_line(line: str) -> str:
    """The line; raises if it is too long to be a row, or holds bytes of another encoding than its file's."""
    if len(line) > MAX_LINE:
        raise BadInput(told("line_too_long", limit=MAX_LINE), field="row", value=line[:80])
    if UNDECODED.search(line):
        raise BadInput(told("other_encoding"), field="row", value=printable(line)[:80], hint=told("hint.one_encoding"))
    return line


def check_delimiter(written: str) -> Delimiter:
    """The delimiter; `BadInput` if it is none that we split at."""
    for sign in DELIMITERS:
        if written in (sign, {"\t": "tab"}.get(sign, sign)):
            return sign
    raise BadInput(told("not_delimiter", written=written), field="delimiter", value=written, hint=told("hint.delimiter"))
