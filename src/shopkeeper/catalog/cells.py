"""Values of typed files read as a field wants them: a number in a Parquet column is as good as its text in a CSV."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache
from math import isnan
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shopkeeper.catalog.clean import clean_text
from shopkeeper.catalog.column_map import Source
from shopkeeper.catalog.prices import price_of
from shopkeeper.domain.money import Currency, Money, exponent_of
from shopkeeper.domain.texts import Lang, LocalizedText
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

Values = Mapping[str, Any]
_SHORT: Final = 64
_NOISE: Final = 1e-6
"""How far a binary float may lie beside a whole minor unit: 0.1 + 0.2 is 0.30."""


def as_text(value: object, *, field: str) -> str:
    """The value as a text: whole floats without a fraction, moments in ISO 8601, the first of a list."""
    if isinstance(value, str):
        return _clean_short(value, field) if len(value) <= _SHORT else clean_text(value, field=field)
    if value is None or _is_nan(value):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list):
        return as_text(value[0], field=field) if value else ""
    if isinstance(value, dict | bytes):
        raise BadInput(told("holds_no_text", what=told("a.object" if isinstance(value, dict) else "a.bytes")), field=field, value=str(value)[:80])
    return str(value)


@lru_cache(maxsize=65_536)
def _clean_short(value: str, field: str) -> str:
    """Codes, names and countries stand in a file thousands of times."""
    return clean_text(value, field=field)


def _is_nan(value: object) -> bool:
    """NaN is how tables of numbers write "nothing"."""
    return isinstance(value, float) and isnan(value)


def first_value(values: Values, source: Source) -> object:
    """The first of the source's columns that holds something, else its fixed value."""
    for column in source.columns:
        value = values.get(column)
        if value is not None and value != "" and value != []:  # noqa: PLR1714 - hot: no tuple, and 0 holds something
            return value
    return source.value


def text_field(values: Values, source: Source | None, *, field: str) -> str:
    """The field's text; empty where there is none. `case` and `strip` of the source are applied."""
    if source is None:
        return ""
    text = as_text(first_value(values, source), field=field)
    if source.strip:
        text = text.strip(source.strip)
    return text.upper() if source.case == "upper" else text.lower() if source.case == "lower" else text


def list_field(values: Values, source: Source | None, *, field: str) -> list[str]:
    """Every text of every column of the source: list items, or parts where the source says how a cell is split."""
    if source is None:
        return []
    found: list[str] = []
    for value in [values.get(column) for column in source.columns] or [source.value]:
        items = value if isinstance(value, list) else [value]
        for item in items:
            text = as_text(item, field=field)
            found += [part.strip() for part in text.split(source.split)] if source.split else [text]
    return [text for text in found if text]


def localized_field(values: Values, source: Source | None, lang: Lang, *, field: str) -> LocalizedText:
    """The field's text under `lang`, or each language's own column."""
    if source is None:
        return LocalizedText()
    if source.by_lang:
        return LocalizedText(**{code: as_text(values.get(column), field=field) for code, column in source.by_lang.items()})
    text = text_field(values, source, field=field)
    return LocalizedText(zh=text) if lang == "zh" else LocalizedText(en=text)


def whole_field(values: Values, source: Source | None, *, field: str) -> int | None:
    """The field's whole number; None where there is none."""
    if source is None:
        return None
    value = first_value(values, source)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = as_text(value, field=field)
    if not text:
        return None
    try:
        number = Decimal(text.replace(",", "."))
        if number == number.to_integral_value() and abs(number) < 10**15:
            return int(number)
    except ArithmeticError:
        pass
    raise BadInput(told("not_whole_number", written=text[:80]), field=field, value=text[:80])


def number_field(values: Values, source: Source | None, *, field: str) -> float | None:
    """The field's number; None where there is none."""
    text = text_field(values, source, field=field)
    if not text:
        return None
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise BadInput(told("not_number", written=text[:80]), field=field, value=text[:80]) from None


def money_field(values: Values, source: Source | None, currency: str | None, *, field: str) -> Money | None:
    """The field's price: a text as `prices.price_of` reads it, a number in units or (`unit = "minor"`) in minor units of `currency`."""
    if source is None:
        return None
    value = first_value(values, source)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return None if _is_nan(value) else _money_of_number(value, source.unit, currency, field)
    text = as_text(value, field=field)
    if not text:
        return None
    if source.unit == "minor":
        try:
            return _money_of_number(Decimal(text), source.unit, currency, field)
        except ArithmeticError:
            raise BadInput(told("not_minor_units", written=text[:80]), field=field, value=text[:80]) from None
    return price_of(text, field=field, currency=currency, decimal_comma=source.decimal == ",")


@lru_cache(maxsize=65_536)
def _money_of_number(value: float | Decimal, unit: str, currency: str | None, field: str) -> Money:
    if currency is None:
        raise BadInput(told("no_currency"), field=field, value=str(value), hint=told("hint.name_currency"))
    if value < 0:
        raise BadInput(told("below_zero", value=value), field=field, value=str(value), hint=told("hint.zero_or_more"))
    scaled = float(value) * (1 if unit == "minor" else 10 ** exponent_of(currency))
    if not scaled < 10**15:
        raise BadInput(told("out_of_range", value=value), field=field, value=str(value))
    minor = round(scaled)
    if abs(minor - scaled) > _NOISE * max(1.0, scaled):
        raise BadInput(told("too_many_decimals", value=value, currency=currency, digits=exponent_of(currency)), field=field, value=str(value))
    return Money(minor, Currency(currency))


def moment_field(values: Values, source: Source | None, *, field: str) -> datetime | None:
    """The field's moment in UTC; one without a time zone is of the source's `zone`."""
    if source is None:
        return None
    value = first_value(values, source)
    if isinstance(value, str) or value is None:
        text = as_text(value, field=field)
        if not text:
            return None
        value = _parse_moment(text, source.format, field=field)
    elif isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    elif isinstance(value, int | float) and not isinstance(value, bool):
        value = _from_epoch(value, field=field)
    if isinstance(value, datetime):
        return _in_utc(value, source.zone, field)
    raise BadInput(told("not_moment", written=str(value)[:80]), field=field, value=str(value)[:80], hint=told("hint.moment"))


@lru_cache(maxsize=4_096)
def _in_utc(value: datetime, zone: str, field: str) -> datetime:
    """The moment in UTC; the lines of an order share it, so it is worth keeping."""
    if value.tzinfo is None:
        value = value.replace(tzinfo=zone_of(zone))
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise BadInput(told("out_of_range", value=value), field=field, value=str(value)) from None


@lru_cache
def zone_of(name: str) -> ZoneInfo:
    """The named time zone; `BadInput` if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadInput(told("not_time_zone", name=name), field="zone", value=name, hint=told("hint.time_zone")) from None


def _parse_moment(text: str, form: str, *, field: str) -> datetime:
    """ISO 8601, forms that mean one day only, or the `format` that the map gives (3/4/2026 is a day in March or in April)."""
    for known in (form,) if form else ("", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d"):
        try:
            return datetime.strptime(text, known) if known else datetime.fromisoformat(text)
        except ValueError:
            continue
    hint = told("hint.moment_or_format")
    raise BadInput(told("not_moment", written=text[:80]), field=field, value=text[:80], hint=hint)


def _from_epoch(value: float, *, field: str) -> datetime:
    try:
        return datetime.fromtimestamp(value / 1000 if abs(value) > 10**11 else value, UTC)  # milliseconds are 1,000 times as many
    except (OverflowError, OSError, ValueError):
        raise BadInput(told("no_moment", value=value), field=field, value=value) from None
