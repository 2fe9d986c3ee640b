"""Tables: columns that can be chosen, rows that can be sorted, filtered, paged and taken home as CSV, all by plain addresses.

A page says its `Column`s and gives each row as cells by column key. What the reader chose stands in the address (`sort`, `col`, `page`, filters)
so that a table can be bookmarked, works without scripts, and every link keeps the other choices.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import StreamingResponse

from shopkeeper.web.charts.chart import plain_cell

PAGE_SIZE: Final = 50
_OURS: Final = frozenset({"sort", "col", "page", "open", "format", "pick"})
State = Literal["full", "empty", "partial", "error", "loading"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key in addresses and CSV, its words, whether it holds figures, can be sorted by, and is shown unless chosen away."""

    key: str
    label: str
    number: bool = False
    sortable: bool = True
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell. `order` is what it is sorted by and written as in CSV, where that is not its text."""

    text: str
    href: str = ""
    note: str = ""
    tone: str = ""
    icon: str = ""
    order: str | int | float | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head as it is shown: `href` sorts by it, `sorted` says how it is now (ARIA's words)."""

    key: str
    label: str
    number: bool
    href: str
    sorted: Literal["", "ascending", "descending"]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the filter form: free text, or a choice of (value, words)."""

    name: str
    label: str
    value: str
    choices: tuple[tuple[str, str], ...] = ()
    kind: Literal["search", "text", "date", "select"] = "text"


@dataclass(frozen=True, slots=True)
class Line:
    """A row as it is shown; `current` is the one whose sheet is open."""

    cells: tuple[Cell, ...]
    current: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table as the template draws it; `message` goes with every state but `full`."""

    caption: str
    heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    fields: tuple[Field, ...]
    choices: tuple[tuple[str, str, bool], ...]
    carried: tuple[tuple[str, str], ...]
    action: str
    csv: str
    state: State
    message: str
    total: int
    earlier: str
    later: str
    clear: str

    @property
    def numbers(self) -> tuple[bool, ...]:
        """Which columns hold figures."""
        return tuple(head.number for head in self.heads)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says of a table."""

    path: str
    pairs: tuple[tuple[str, str], ...]
    sort: str
    descending: bool
    columns: tuple[str, ...]
    page: int
    csv: bool

    @classmethod
    def of(cls, request: Request, columns: Sequence[Column], path: str, *, default: str = "") -> "Asked":
        """What `request` asks of a table with `columns` at the address `path`; what makes no sense counts as not said."""
        given = request.query_params
        sort = given.get("sort", default)
        name = sort.removeprefix("-")
        known = {column.key for column in columns if column.sortable}
        chosen = tuple(key for key in given.getlist("col") if key in {column.key for column in columns})
        page = given.get("page", "1")
        pairs = tuple((key, value) for key, value in given.multi_items() if value)
        return cls(
            path=path,
            pairs=pairs,
            sort=name if name in known else default.removeprefix("-"),
            descending=(sort if name in known else default).startswith("-"),
            columns=chosen,
            page=int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 7 and int(page) else 1,
            csv=given.get("format") == "csv",
        )

    def __call__(self, *without: str, **changed: str) -> str:
        """This address with some choices dropped and some changed; an empty one drops it."""
        gone = {*without, *changed}
        pairs = [(key, value) for key, value in self.pairs if key not in gone] + [(key, value) for key, value in changed.items() if value]
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path

    def value(self, name: str) -> str:
        """What the address says of a filter; empty where it says nothing."""
        return next((value.strip()[:200] for key, value in self.pairs if key == name), "")


Cells = Mapping[str, Cell]


def key_of(cell: Cell) -> tuple[int, float, str]:
    """What a cell is sorted by: numbers by size, texts without case; nothing comes first."""
    order = cell.text if cell.order is None else cell.order
    return (0, float(order), "") if isinstance(order, (int, float)) else (1, 0.0, str(order).casefold())


def sorted_rows(asked: Asked, rows: Sequence[Cells]) -> list[Cells]:
    """The rows in the order that was asked for; equal ones stay as they came."""
    if not asked.sort:
        return list(rows)
    return sorted(rows, key=lambda row: key_of(row[asked.sort]), reverse=asked.descending)


def table(
    asked: Asked,
    columns: Sequence[Column],
    rows: Sequence[Cells],
    *,
    caption: str,
    empty: str,
    total: int | None = None,
    fields: tuple[Field, ...] = (),
    state: State = "full",
    message: str = "",
    current: int | None = None,
) -> Table:
    """The table of `rows`: all of them, to be sorted and cut to a page here; or, where `total` is given, a page that was cut and sorted already."""
    page = list(rows) if total is not None else sorted_rows(asked, rows)[(asked.page - 1) * PAGE_SIZE : asked.page * PAGE_SIZE]
    count = len(rows) if total is None else total
    shown = shown_columns(asked, columns)
    names = {one.name for one in fields}
    return Table(
        caption=caption,
        heads=tuple(_head(asked, column) for column in shown),
        lines=tuple(Line(tuple(row[column.key] for column in shown), place == current) for place, row in enumerate(page)),
        fields=fields,
        choices=tuple((column.key, column.label, column in shown) for column in columns),
        carried=tuple((key, value) for key, value in asked.pairs if key not in _OURS | names),
        action=asked.path,
        csv=asked("page", "open", format="csv"),
        state=state if rows or state != "full" else "empty",
        message=message if rows or state != "full" else empty,
        total=count,
        earlier=asked("open", page=str(asked.page - 1) if asked.page > 2 else "") if asked.page > 1 else "",
        later=asked("open", page=str(asked.page + 1)) if asked.page * PAGE_SIZE < count else "",
        clear=asked(*names, "page", "open") if any(one.value for one in fields) else "",
    )


def shown_columns(asked: Asked, columns: Sequence[Column]) -> list[Column]:
    """The columns that were chosen, in their own order; those that are shown first where none was."""
    return [column for column in columns if (column.key in asked.columns if asked.columns else column.shown)]


def _head(asked: Asked, column: Column) -> Head:
    sorted_now = asked.sort == column.key
    # figures are first wanted from the largest down, words from the first letter on
    next_descending = not asked.descending if sorted_now else column.number
    return Head(
        key=column.key,
        label=column.label,
        number=column.number,
        href=asked("page", "open", sort=f"{'-' if next_descending else ''}{column.key}") if column.sortable else "",
        sorted="" if not sorted_now else "descending" if asked.descending else "ascending",
    )


def csv_answer(name: str, columns: Sequence[Column], rows: Iterable[Cells]) -> StreamingResponse:
    """All columns of all `rows` as CSV for a spreadsheet: with a byte order mark, and no cell that it would run as a formula."""
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(_csv_lines(columns, rows), media_type="text/csv; charset=utf-8", headers=headers)


def _csv_lines(columns: Sequence[Column], rows: Iterable[Cells]) -> Iterator[str]:
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow([plain_cell(column.key) for column in columns])
    for row in rows:
        cells = (row[column.key] for column in columns)
        writer.writerow([plain_cell(cell.text if cell.order is None else cell.order) for cell in cells])
        if out.tell() > 1 << 16:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()
