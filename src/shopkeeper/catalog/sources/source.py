"""What every format's reader is given, and how a format is described."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from shopkeeper.catalog.feed import Part
from shopkeeper.catalog.report import FormatName, Item
from shopkeeper.domain.product import DEFAULT_MARKET, Market, Product
from shopkeeper.domain.texts import Lang


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a reader needs to know beyond the bytes. `lang` None = by script; `currency` None = the format must name it."""

    encoding: str = "utf-8"
    lang: Lang | None = None
    currency: str | None = None
    market: Market = DEFAULT_MARKET


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """What a format of one language and one price list is written in; a format that holds all of them takes no notice."""

    lang: Lang = "en"
    market: Market = DEFAULT_MARKET


Reader = Callable[[Part, ReadOptions], Iterator[Item]]
Writer = Callable[[Callable[[], Iterable[Product]], BinaryIO, WriteOptions], None]
"""Writes products; gets a function that begins them anew, since a table must know all its columns before its first row."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name on the command line, what people call it, and how it is read and written."""

    name: FormatName
    title: str
    read: Reader
    write: Writer | None
