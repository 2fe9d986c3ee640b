"""Google Merchant text feed: one item a line, tab-separated, the first line names the attributes."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, Final

from shopkeeper.catalog.feed import Part
from shopkeeper.catalog.groups import Groups
from shopkeeper.catalog.report import Item, bad_row
from shopkeeper.catalog.sources.google_fields import Pairs, attribute, group_of, item_id, items_of, join_parts, products_of, split_parts
from shopkeeper.catalog.sources.source import ReadOptions, WriteOptions
from shopkeeper.catalog.table_rows import TableRow, TableWriter, table_rows
from shopkeeper.domain.product import Product

_NEXT_URL: Final = re.compile(r",\s*(?=[a-z][a-z0-9+.-]*://)", re.IGNORECASE)
_UNESCAPED_COMMA: Final = re.compile(r"(?<!\\),")


def read_google_tsv(part: Part, options: ReadOptions) -> Iterator[Item]:
    """The products of a text feed. Items of a group come after all single items, since the feed may scatter them."""
    with Groups() as groups:
        for row in table_rows(part, options.encoding):
            pairs = row_pairs(row)
            if row.fault is not None:
                yield bad_row(row.line, row.fault, row=row.raw, id=group_of(pairs) or item_id(pairs))
            elif group := group_of(pairs):
                groups.add(group, (row.line, pairs, row.raw))
            else:
                yield from products_of([(row.line, pairs, row.raw)], options)
        for _, rows in groups.drain():
            yield from products_of(rows, options)


def row_pairs(row: TableRow) -> Pairs:
    """The row's cells as (attribute, value) pairs; a cell that lists several values gives as many pairs."""
    pairs: list[tuple[str, str]] = []
    for column, cell in row.cells.items():
        if not cell:
            continue
        name = attribute(column)
        if name == "additional_image_link":
            pairs += [(name, url.strip()) for url in _NEXT_URL.split(cell)]
        elif name == "product_type":
            pairs += [(name, path) for path in _split_paths(cell)]
        elif name == "product_detail":
            pairs += [(name, join_parts(split_parts(value.strip(), ":", limit=3), ":")) for value in _UNESCAPED_COMMA.split(cell)]
        else:
            pairs.append((name, cell))
    return pairs


def _split_paths(cell: str) -> list[str]:
    """`Home > Women, Home > Sale` is two paths; `Shirts, blouses > Women` is one, with a comma in a name."""
    paths = [path.strip() for path in cell.split(",")]
    return paths if len(paths) > 1 and all(">" in path for path in paths) else [cell]


def write_google_tsv(products: Callable[[], Iterable[Product]], out: BinaryIO, options: WriteOptions) -> None:
    """Write one line an item; the columns are those that some item needs, found in a first pass."""
    header = list(dict.fromkeys(name for product in products() for item in items_of(product, options) for name, _ in item))
    writer = TableWriter(out, header or ["id", "title", "price"], "\t")
    for product in products():
        for item in items_of(product, options):
            cells: dict[str, str] = {}
            for name, value in item:
                joined = f"{cells[name]},{value}" if name in cells else value
                if name != "product_type" or _split_paths(joined)[-1] == value:  # a path that could not be told apart again is left out
                    cells[name] = joined
            writer.row(cells)
