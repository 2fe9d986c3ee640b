"""A filter evaluated on columns: one boolean per row."""

from typing import TYPE_CHECKING, assert_never

import numpy as np
import numpy.typing as npt

from shopkeeper.domain.product import Market
from shopkeeper.ranking.codes import CodeTable
from shopkeeper.ranking.filters import NUMBERS, And, Between, Compare, Everything, Filter, Flag, Member, Not, Operator, Or
from shopkeeper.ranking.segment import UNKNOWN_MOMENT

if TYPE_CHECKING:
    from shopkeeper.ranking.columns import CatalogColumns

Bools = npt.NDArray[np.bool_]
_COMPARE = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "=": np.equal, "!=": np.not_equal}


def mask(columns: "CatalogColumns", condition: Filter, market: Market) -> Bools:
    """Return for each row whether `condition` holds in `market`. A value that is not known meets no comparison; a name that no product has, none."""
    match condition:
        case Everything():
            return np.ones(columns.size, dtype=bool)
        case Flag(name, wanted):
            return _flag(columns, name, market) == wanted
        case Compare(name, operator, number):
            return _compare(columns, name, operator, number, market)
        case Between(name, low, high):
            return _compare(columns, name, ">=", low, market) & _compare(columns, name, "<=", high, market)
        case Member(name, values):
            return _member(columns, name, values)
        case Not(part):
            return ~mask(columns, part, market)
        case And(parts):
            held = mask(columns, parts[0], market)
            for part in parts[1:]:
                held &= mask(columns, part, market)
            return held
        case Or(parts):
            held = mask(columns, parts[0], market)
            for part in parts[1:]:
                held |= mask(columns, part, market)
            return held
        case _:
            assert_never(condition)


def _flag(columns: "CatalogColumns", name: str, market: Market) -> Bools:
    if name == "in_stock":
        return columns.buyable(market)
    return columns.price_minor(market) < columns.list_price_minor(market)


def _compare(columns: "CatalogColumns", name: str, operator: Operator, number: float, market: Market) -> Bools:
    compare = _COMPARE[operator]
    if name in NUMBERS:
        values, known = _numbers(columns, name, market)
        # prices are whole minor units: 299.99 must equal 29999 though the float product is 29998.999…
        scaled = round(number * columns.minor_per_unit(market), 6) if name in ("price", "list_price") else number
        return compare(values, scaled) & known
    table = columns.tables.get(name)
    if table is None:
        return np.zeros(columns.size, dtype=bool)
    with np.errstate(invalid="ignore"):
        numbers = table.numbers()
        codes = np.flatnonzero(compare(numbers, number) & ~np.isnan(numbers))
    return _having(columns, name, table, codes)


def _numbers(columns: "CatalogColumns", name: str, market: Market) -> tuple[np.ndarray, Bools | bool]:
    match name:
        case "price" | "list_price":
            values = columns.price_minor(market) if name == "price" else columns.list_price_minor(market)
            return values, values >= 0
        case "stock":
            return columns.stock(market), True
        case "rating":
            return columns.rating(), ~np.isnan(columns.rating())
        case "rating_count":
            return columns.rating_count(), True
        case "popularity":
            return columns.popularity(), True
        case _:
            values = columns.created()
            return values, values != UNKNOWN_MOMENT


def _member(columns: "CatalogColumns", name: str, values: tuple[str, ...]) -> Bools:
    if name == "id":
        held = np.zeros(columns.size, dtype=bool)
        rows = columns.rows(values)  # pyright: ignore[reportArgumentType]  # any text may be asked for
        held[rows[rows >= 0]] = True
        return held
    table = columns.tables.get(name)
    if table is None:
        return np.zeros(columns.size, dtype=bool)
    codes = {code for value in values for code in table.find(_path(value) if name == "category" else value)}
    return _having(columns, name, table, np.fromiter(codes, dtype=np.int64, count=len(codes)))


def _path(value: str) -> str:
    return " > ".join(step.strip() for step in value.split(">"))


def _having(columns: "CatalogColumns", name: str, table: CodeTable, codes: np.ndarray) -> Bools:
    """The rows that have one of `codes`."""
    held = np.zeros(columns.size, dtype=bool)
    wanted = np.zeros(len(table), dtype=bool)
    wanted[codes[codes < len(wanted)]] = True
    for offset, rows, pair_codes in columns.pairs(name):
        # by number: to pick by a mask takes several times as long
        held[rows[np.flatnonzero(wanted[pair_codes])] + offset] = True
    return held
