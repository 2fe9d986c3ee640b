"""What the word lists say: a Department (one file of `words/`) with its brands, shelves and product types.

The files hold every fact and every sentence; the code only chooses and joins. Each sentence stands there in both languages, side by side, as
`["中文", "English"]`, so that both make the same claims. `common.toml` holds what all departments share: the palette, size runs, closing lines.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from shopkeeper.domain.texts import LocalizedText
from shopkeeper.errors import Broken

Texts = tuple[LocalizedText, ...]
ColourRole = Literal["choice", "fixed", "packaging"]
"""choice: variants differ by colour; fixed: one colour, told as a fact; packaging: only the picture shows it."""


@dataclass(frozen=True, slots=True)
class Colour:
    """A shade of the palette: what it is called, the family that a filter names, and its sRGB value."""

    key: str
    name: LocalizedText
    family: str
    hex: str


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a facet, feature or option. `price` multiplies the price; `says` are sentences that are true of it; `only` names what it needs;
    `pattern`, `style` and `colours` bind the picture where the value shows (a check, a rabbit's ears, copper)."""

    key: str
    name: LocalizedText
    price: float = 1.0
    says: Texts = ()
    pattern: str = ""
    style: int | None = None
    colours: tuple[str, ...] = ()
    only: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Brand:
    """An invented maker; `level` multiplies its prices, `types` narrows what it makes (empty = all of the department)."""

    key: str
    name: LocalizedText
    level: float = 1.0
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProductType:
    """A kind of product, such as a mug: what it may be made of, how it is told, priced, drawn and bought."""

    key: str
    department: str
    shelf: str
    noun: LocalizedText
    picture: str
    price: tuple[int, int]
    titles: Texts
    openings: Texts
    closings: Texts
    facets: tuple[tuple[str, tuple[Value, ...]], ...] = ()
    features: tuple[Value, ...] = ()
    options: tuple[tuple[str, tuple[Value, ...]], ...] = ()
    colours: tuple[str, ...] = ()
    colour_role: ColourRole = "choice"
    most_colours: int = 4
    sizes: str = ""
    tags: tuple[str, ...] = ()
    share: float = 1.0
    goes_with: tuple[tuple[str, float], ...] = ()
    used_up_days: int = 0
    returned: float = 0.03
    aspects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Aspect:
    """What reviewers talk about, with sentences of praise and of complaint. A product with a value that `without` names has no such side: nobody
    complains of the scent of what is unscented."""

    key: str
    name: LocalizedText
    good: Texts
    bad: Texts
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Department:
    """A first-level category with everything in it."""

    key: str
    name: LocalizedText
    brands: tuple[Brand, ...]
    series: Texts
    shelves: tuple[tuple[str, LocalizedText], ...]
    types: tuple[ProductType, ...]
    aspects: tuple[Aspect, ...]
    appeal: float = 1.0


@dataclass(frozen=True, slots=True)
class Common:
    """What all departments share. `labels` names attributes and options, families and tags for people."""

    palette: Mapping[str, Colour]
    families: Mapping[str, LocalizedText]
    sizes: Mapping[str, tuple[Value, ...]]
    attributes: Mapping[str, LocalizedText]
    colour_lines: Texts
    size_lines: Texts
    aspects: tuple[Aspect, ...]


def _text(pair: list[str]) -> LocalizedText:
    zh, en = pair
    return LocalizedText(zh=zh, en=en)


def _texts(pairs: list[list[str]]) -> Texts:
    return tuple(_text(pair) for pair in pairs)


def _value(key: str, raw: Mapping[str, Any]) -> Value:
    return Value(
        key=key,
        name=_text(raw["name"]),
        price=raw.get("price", 1.0),
        says=_texts(raw.get("says", [])),
        pattern=raw.get("pattern", ""),
        style=raw.get("style"),
        colours=tuple(raw.get("colours", ())),
        only=tuple((facet, tuple(keys)) for facet, keys in raw.get("only", {}).items()),
    )


def _values(raw: Mapping[str, Any]) -> tuple[Value, ...]:
    return tuple(_value(key, value) for key, value in raw.items())


def _aspects(raw: Mapping[str, Any]) -> tuple[Aspect, ...]:
    return tuple(Aspect(key, _text(a["name"]), _texts(a["good"]), _texts(a["bad"]), tuple(a.get("without", ()))) for key, a in raw.items())


def _type(key: str, department: str, raw: Mapping[str, Any]) -> ProductType:
    return ProductType(
        key=key,
        department=department,
        shelf=raw["shelf"],
        noun=_text(raw["noun"]),
        picture=raw["picture"],
        price=(raw["price"][0], raw["price"][1]),
        titles=_texts(raw["title"]),
        openings=_texts(raw["open"]),
        closings=_texts(raw["close"]),
        facets=tuple((name, _values(values)) for name, values in raw.get("facet", {}).items()),
        features=_values(raw.get("feature", {})),
        options=tuple((name, _values(values)) for name, values in raw.get("option", {}).items()),
        colours=tuple(raw.get("colours", ())),
        colour_role=raw.get("colour", "choice"),
        most_colours=raw.get("most_colours", 4),
        sizes=raw.get("sizes", ""),
        tags=tuple(raw.get("tags", ())),
        share=raw.get("share", 1.0),
        goes_with=tuple(raw.get("goes_with", {}).items()),
        used_up_days=raw.get("used_up_days", 0),
        returned=raw.get("returned", 0.03),
        aspects=tuple(raw.get("aspects", ())),
    )


def _department(raw: Mapping[str, Any]) -> Department:
    key = raw["key"]
    return Department(
        key=key,
        name=_text(raw["name"]),
        brands=tuple(Brand(k, _text(b["name"]), b.get("level", 1.0), tuple(b.get("types", ()))) for k, b in raw["brand"].items()),
        series=_texts(raw["series"]),
        shelves=tuple((k, _text(name)) for k, name in raw["shelf"].items()),
        types=tuple(_type(k, key, t) for k, t in raw["type"].items()),
        aspects=_aspects(raw.get("aspect", {})),
        appeal=raw.get("appeal", 1.0),
    )


def _read(name: str) -> dict[str, Any]:
    with (files("shopkeeper.simulation.catalogue") / "words" / f"{name}.toml").open("rb") as source:
        return tomllib.load(source)


@lru_cache(maxsize=1)
def common() -> Common:
    """Return the palette, size runs and shared lines of `words/common.toml`."""
    raw = _read("common")
    return Common(
        palette={key: Colour(key, LocalizedText(zh=c[0], en=c[1]), c[2], c[3]) for key, c in raw["palette"].items()},
        families={key: _text(name) for key, name in raw["families"].items()},
        sizes={key: tuple(Value(k, _text(name)) for k, name in run.items()) for key, run in raw["sizes"].items()},
        attributes={key: _text(name) for key, name in raw["attributes"].items()},
        colour_lines=_texts(raw["colour_lines"]),
        size_lines=_texts(raw["size_lines"]),
        aspects=_aspects(raw["aspect"]),
    )


@lru_cache(maxsize=1)
def departments() -> tuple[Department, ...]:
    """Return every department, in the order of `common.toml`."""
    return tuple(_department(_read(name)) for name in _read("common")["departments"])


@lru_cache(maxsize=1)
def product_types() -> Mapping[str, ProductType]:
    """Return every product type by key; a key that two departments use is a mistake in the word lists."""
    found: dict[str, ProductType] = {}
    for department in departments():
        for product_type in department.types:
            if product_type.key in found:
                raise Broken(f"the product type {product_type.key!r} stands in two word lists", hint="Rename one of them.")
            found[product_type.key] = product_type
    return found
