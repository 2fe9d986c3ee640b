"""From a feed to its items: the format told or detected, the parts read one after the other."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from shopkeeper.catalog.detect import detect_format
from shopkeeper.catalog.feed import Feed, open_feed
from shopkeeper.catalog.rejects import within
from shopkeeper.catalog.report import Bad, FormatName, ImportOptions, Item
from shopkeeper.catalog.sources.formats import FORMATS
from shopkeeper.catalog.sources.mapped import load_product_map, read_mapped
from shopkeeper.catalog.sources.source import Reader, ReadOptions
from shopkeeper.catalog.text_lines import check_encoding, detect_encoding
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told


@dataclass(frozen=True, slots=True)
class ProductFeed:
    """A feed of products: its format, the encoding of its first part, and the items of all parts, to be read once."""

    feed: Feed
    format: FormatName
    encoding: str
    items: Iterator[Item]


def read_feed(source: Path, options: ImportOptions) -> ProductFeed:
    """The products of the feed at `source`. `BadInput` if there is none, its format is not known, or the column map does not fit it."""
    if options.format == "mapped" and options.column_map is None:
        raise BadInput(told("needs_column_map"), field="format", value="mapped", hint=told("hint.give_map"))
    product_map = load_product_map(options.column_map) if options.column_map is not None else None
    feed = open_feed(source, product_map.columns.file.files if product_map is not None else "")
    encoding = check_encoding(options.encoding) if options.encoding is not None else detect_encoding(feed.parts[0])
    name: FormatName
    read: Reader
    if product_map is not None:
        name, read = "mapped", partial(read_mapped, product_map=product_map)
    else:
        name = detect_format(feed.parts[0], encoding) if options.format == "auto" else options.format
        read = FORMATS[name].read
    given = ReadOptions(encoding, options.lang, options.currency, options.market)
    return ProductFeed(feed, name, encoding, _read_parts(feed, read, given, detect=options.encoding is None))


def _read_parts(feed: Feed, read: Reader, options: ReadOptions, *, detect: bool) -> Iterator[Item]:
    feed.meter.done = 0  # what detection read does not count
    for part in feed.parts:
        given = replace(options, encoding=detect_encoding(part)) if detect and len(feed.parts) > 1 else options
        for item in read(part, given):
            yield _named(item, part.name) if len(feed.parts) > 1 else item


def _named(item: Item, part: str) -> Item:
    if isinstance(item, Bad):
        return Bad(within(item.reject, part), item.id)
    return replace(item, part=part)
