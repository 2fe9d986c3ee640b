"""Quantities: 256GB = 256 GB, 500毫升 = 500ml = 0.5L, 5公斤 = 10斤, 55寸 = 55 inch, written as one canonical term each.

Lengths, weights and volumes are brought to one unit (mm, g, ml), so that a shopper's unit need not be the feed's. Sizes of memory stay apart:
1 TB is sold as 1 TB. A measure word after a number (25片, 42码) makes a term of its own, so that 42码 does not find 8码42cm.
"""

import re
from decimal import Decimal
from typing import Final

_TO_BASE: Final[dict[str, tuple[str, Decimal]]] = {}


def _unit(base: str, factor: str, *names: str) -> None:
    _TO_BASE.update(dict.fromkeys(names, (base, Decimal(factor))))


_unit("ml", "1", "ml", "毫升", "cc", "millilitre", "milliliter", "millilitres", "milliliters")
_unit("ml", "10", "cl")
_unit("ml", "1000", "l", "升", "公升", "litre", "liter", "litres", "liters", "ltr")
_unit("g", "1", "g", "克", "gram", "grams", "gr")
_unit("g", "0.001", "mg", "毫克")
_unit("g", "500", "斤", "市斤")
_unit("g", "1000", "kg", "千克", "公斤", "kgs", "kilogram", "kilograms", "kilo", "kilos")
_unit("mm", "1", "mm", "毫米")
_unit("mm", "10", "cm", "厘米", "公分")
_unit("mm", "1000", "m", "米", "公尺", "meter", "metre", "meters", "metres")
_unit("in", "1", "in", "inch", "inches", "英寸", "吋", "寸", '"', "″", "''")
_unit("ft", "1", "ft", "feet", "foot", "英尺")
_unit("lb", "1", "lb", "lbs", "pound", "pounds", "磅")
_unit("oz", "1", "oz", "ounce", "ounces", "盎司")
_unit("kb", "1", "kb")
_unit("mb", "1", "mb", "兆")
_unit("gb", "1", "gb")
_unit("tb", "1", "tb")
_unit("mah", "1", "mah", "毫安时", "毫安")
_unit("w", "1", "w", "瓦", "watt", "watts")
_unit("w", "1000", "kw", "千瓦")
_unit("v", "1", "v", "伏", "volt", "volts")
_unit("hz", "1", "hz", "赫兹")
_unit("hz", "1000", "khz")
_unit("mhz", "1", "mhz")
_unit("mhz", "1000", "ghz")
_unit("mp", "1", "mp", "megapixel", "megapixels")
_unit("k", "1", "k")

_MEASURE_WORDS: Final = "片包盒袋瓶罐枚件双条支枝只个本册张卷套台把块粒颗码段号层档节盏杯斗人座匹核路孔升代"
_MEMORY_SIZES: Final = frozenset(str(2**power) for power in range(2, 12))
"""`256G` is written for gigabytes; the same number of grams is rare enough to serve both."""

_NAMES: Final = "|".join(sorted((re.escape(name) for name in _TO_BASE), key=len, reverse=True))
QUANTITY: Final = re.compile(
    r"(?<![a-z0-9.])(?P<number>\d{1,9}(?:,\d{3})*(?:[.,]\d{1,4})?)"
    rf"(?:[ -]?(?P<unit>{_NAMES})(?![a-z0-9]|(?<=in) \d)|(?P<measure>[{_MEASURE_WORDS}]))"
)
"""A number with its unit in normalised text. `3 in 1` is no three inches."""


def quantity_terms(number: str, unit: str) -> tuple[str, ...]:
    """Return the canonical terms of a quantity, the main one first.

    >>> quantity_terms("0.5", "l"), quantity_terms("500", "毫升"), quantity_terms("256", "g"), quantity_terms("25", "片")
    (('500ml',), ('500ml',), ('256g', '256gb'), ('25片',))
    """
    amount = Decimal(_plain(number))
    base, factor = _TO_BASE.get(unit, (unit, Decimal(1)))
    term = f"{_shortest(amount * factor)}{base}"
    return (term, f"{number}gb") if unit == "g" and number in _MEMORY_SIZES else (term,)


def _plain(number: str) -> str:
    """`1,000` → 1000 and `1,5` → 1.5: a comma before exactly three digits parts thousands."""
    return re.sub(r",(?=\d{3}(?:\D|$))", "", number).replace(",", ".")


def _shortest(amount: Decimal) -> str:
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
