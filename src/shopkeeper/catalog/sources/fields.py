"""Small conversions that several formats share."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from shopkeeper.domain.product import Product, Variant
from shopkeeper.domain.texts import Label, Lang
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

RESERVED: Final = frozenset((
    "id", "title", "description", "brand", "category", "categories", "price", "sale_price", "stock", "availability", "in_stock",
    "status", "rating", "tag", "tags", "market", "created", "popularity",
))  # fmt: skip
"""Names that filters use for a product's own fields; an attribute of a feed that is called so gets a trailing underscore."""
_OFFSET_WITHOUT_COLON: Final = re.compile(r"([+-]\d{2})(\d{2})$")


@lru_cache(maxsize=16_384)
def attribute_name(raw: str) -> str:
    """The name under which a feed's attribute is kept."""
    return f"{raw}_" if raw.casefold() in RESERVED else raw


def raw_attribute_name(name: str) -> str:
    """What `attribute_name` was made from."""
    return name[:-1] if name.endswith("_") and name[:-1].casefold() in RESERVED else name


@lru_cache(maxsize=65_536)
def _label(value: str) -> Label:
    """The same few thousand values stand all over a catalogue, so they are shared."""
    return Label(value)


class Attributes:
    """Collects an attribute's values in order, each once."""

    def __init__(self) -> None:
        self._values: dict[str, dict[str, None]] = {}

    def add(self, name: str, value: str) -> None:
        """Note one value; an empty name or value says nothing."""
        if name and value:
            self._values.setdefault(attribute_name(name), {})[value] = None

    def done(self) -> tuple[tuple[str, tuple[Label, ...]], ...]:
        """The attributes as a product holds them."""
        return tuple([(name, tuple([_label(value) for value in values])) for name, values in self._values.items()])


def path_of(written: str, separator: str = ">") -> tuple[Label, ...]:
    """The category path in `Home > Women > Dresses`; empty steps are left out."""
    return tuple(Label(step.strip()) for step in written.split(separator) if step.strip())


def path_text(path: Sequence[Label], lang: Lang) -> str:
    """The path as `Home > Women > Dresses`, in the words of `lang`."""
    return " > ".join(label.shown(lang) for label in path)


def moment_of(written: str, *, field: str) -> datetime:
    """The moment in an ISO 8601 text such as `2026-02-24T11:07+0100` or `2026-02-24`; without a time zone it is UTC."""
    text = _OFFSET_WITHOUT_COLON.sub(r"\1:\2", written.strip()) if "T" in written or " " in written.strip() else written.strip()
    try:
        read = datetime.fromisoformat(text)
        return (read if read.tzinfo is not None else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadInput(told("not_date", written=written[:80]), field=field, value=written[:80], hint=told("hint.moment")) from None


def whole_of(written: str, *, field: str) -> int:
    """The whole number in `12` or `12.0`."""
    try:
        number = float(written) if len(written) < 20 else float("nan")
    except ValueError:
        number = float("nan")
    if number != number or number != int(number):  # noqa: PLR0124 - the test for NaN
        raise BadInput(told("not_whole_number", written=written[:80]), field=field, value=written[:80])
    return int(number)


def unique(values: Iterable[str]) -> tuple[str, ...]:
    """The values that are not empty, each once, in order."""
    return tuple(dict.fromkeys(value for value in values if value))


def images_of(product: Product, variant: Variant) -> tuple[str, ...]:
    """What a row of this variant shows: its own pictures, else the product's."""
    return variant.images or product.images
