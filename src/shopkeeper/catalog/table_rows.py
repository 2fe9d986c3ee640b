"""Rows of a delimited text (CSV, TSV), with the line each begins on. A broken row costs itself, not its neighbours.

RFC 4180 quoting: a cell that begins with a quote may hold delimiters and line breaks. A quote elsewhere in a cell is a plain character (24" is an
inch). Where an opening quote is never closed, its line is given back as broken and reading goes on with the next line.
"""

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final, Literal

from shopkeeper.catalog.clean import clean_text, printable
from shopkeeper.catalog.feed import Part
from shopkeeper.catalog.text_lines import MAX_LINE, text_lines
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

Delimiter = Literal[",", "\t", ";", "|"]
DELIMITERS: Final[tuple[Delimiter, ...]] = ("\t", ",", ";", "|")
MAX_ROW_LINES: Final = 2_000
"""Lines that one quoted cell may span; an unclosed quote is noticed at the latest here."""
_WIDE: Final = 8
"""Columns from which on a line inside a quoted cell that splits into a whole row is taken for a row: prose has not that many commas."""
csv.field_size_limit(MAX_LINE)


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row: its cells by column, cleaned; or the fault that makes it unusable, with `cells` as far as they were understood."""

    line: int
    cells: Mapping[str, str]
    raw: str
    fault: BadInput | None = None


def guess_delimiter(header: str) -> Delimiter:
    """The delimiter that splits the header line into the most cells."""
    return max(DELIMITERS, key=header.count)


def split_header(line: str, delimiter: Delimiter) -> tuple[str, ...]:
    """The column names: cleaned; an empty one is named by its place, one that stands twice gets a number."""
    names: list[str] = []
    for at, raw in enumerate(_split(line, delimiter) or [line], 1):
        name = clean_text(raw, field="header") or f"column {at}"
        names.append(name if name not in names else f"{name} ({at})")
    return tuple(names)


def table_rows(part: Part, encoding: str, delimiter: Delimiter | None = None) -> Iterator[TableRow]:
    """The rows below the header line; empty lines are passed over. `cells` has every column, empty where the row is short."""
    lines = text_lines(part, encoding)
    for _, line in lines:
        if line.strip():
            break
    else:
        return
    sign = guess_delimiter(line) if delimiter is None else delimiter
    yield from _rows(lines, split_header(line, sign), sign)


def _rows(lines: Iterator[tuple[int, str]], header: Sequence[str], delimiter: Delimiter) -> Iterator[TableRow]:
    queue: deque[tuple[int, str]] = deque()  # lines that were read ahead and given back
    while True:
        number, line = queue.popleft() if queue else next(lines, (0, ""))
        if not number:
            return
        if not line or line.isspace():
            continue
        try:
            if len(line) > MAX_LINE:
                raise BadInput(told("line_too_long", limit=MAX_LINE), field="row", value=line[:80])
            cells, raw = _split(line, delimiter), line
            if cells is None:
                cells, raw = _join_quoted(line, lines, queue, len(header), delimiter)
            yield _row(number, cells, raw, header)
        except BadInput as fault:
            yield TableRow(number, {}, printable(line), fault)


def _split(line: str, delimiter: str) -> list[str] | None:
    """The line's cells; None if a quoted cell goes on in the next line."""
    if '"' not in line or not (line.startswith('"') or delimiter + '"' in line):
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error as fault:
        if "unexpected end of data" in str(fault):
            return None
    return next(csv.reader([line], delimiter=delimiter))  # text after a closing quote: as spreadsheets read it


def _join_quoted(line: str, lines: Iterator[tuple[int, str]], queue: deque[tuple[int, str]], columns: int, delimiter: str) -> tuple[list[str], str]:
    """The cells of a row that spans lines. Raises, having given the lines after the first back to `queue`, if its quote is never closed."""
    taken: list[tuple[int, str]] = []
    length = len(line)
    while len(taken) < MAX_ROW_LINES and length <= MAX_LINE:
        following = queue.popleft() if queue else next(lines, None)
        if following is None:
            break
        taken.append(following)
        length += len(following[1])
        if following[1].count('"') % 2:
            raw = "\n".join([line, *(text for _, text in taken)])
            try:
                cells = next(csv.reader([f"{text}\n" for text in raw.split("\n")], delimiter=delimiter, strict=True))
            except csv.Error as fault:
                if "unexpected end of data" in str(fault):
                    continue
                break
            if not _swallowed_rows(taken[:-1], columns, delimiter):
                return cells, raw
            break
    queue.extendleft(reversed(taken))
    raise BadInput(told("quote_open"), field="row", value=line[:80], hint=told("hint.quotes"))


def _swallowed_rows(inner: Iterable[tuple[int, str]], columns: int, delimiter: str) -> bool:
    """True if lines inside the quoted cell look like rows of the table themselves."""
    if columns < (3 if delimiter == "\t" else _WIDE):
        return False
    return any(len(_split(text, delimiter) or ()) == columns for _, text in inner)


def _row(number: int, cells: Sequence[str], raw: str, header: Sequence[str]) -> TableRow:
    if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
        fault = BadInput(told("cell_count", count=len(cells), expected=len(header)), field="row", value=raw[:80])
        return TableRow(number, {}, printable(raw), fault)
    kept: dict[str, str] = dict.fromkeys(header, "")
    first_fault: BadInput | None = None
    for name, cell in zip(header, cells, strict=False):
        try:
            kept[name] = clean_text(cell, field=name)
        except BadInput as fault:
            first_fault = first_fault or fault
    return TableRow(number, kept, printable(raw) if first_fault else raw, first_fault)


class TableWriter:
    """Writes a header and rows as UTF-8."""

    def __init__(self, out: BinaryIO, header: Sequence[str], delimiter: Delimiter) -> None:
        self._out = out
        self._header = header
        self._writer = csv.writer(_TextSink(out), delimiter=delimiter, lineterminator="\n")
        self._writer.writerow(header)

    def row(self, cells: Mapping[str, str]) -> None:
        """Write the cells under their columns; a column that is not given is empty."""
        self._writer.writerow([cells.get(name, "") for name in self._header])


class _TextSink:
    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def write(self, text: str) -> int:
        return self._out.write(text.encode())
