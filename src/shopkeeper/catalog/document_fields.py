"""Typed reads of one field of a JSON object; a wrong type is named by its path, never by a traceback."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, TypeVar, cast

import orjson

from shopkeeper.domain.money import Currency, Money, exponent_of
from shopkeeper.domain.texts import LANGS, Lang, LocalizedText
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import Told, told

Document = Mapping[str, Any]
Built = TypeVar("Built")


def load_object(raw: bytes | str, *, what: str) -> dict[str, Any]:
    """The JSON object in `raw`; anything else is refused with the place of the fault."""
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError as fault:
        raise BadInput(told("not_json", detail=fault), field=what, value=str(raw[:80])) from None
    if type(document) is not dict:
        raise BadInput(told("not_json_object_but", found=_kind(document)), field=what, value=str(raw[:80]))
    return document


def refuse_unknown(document: Document, known: frozenset[str]) -> None:
    """Raise for the first key that is not `known`, with the nearest known one as a hint."""
    for key in document:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            hint = told("hint.near", near=near[0]) if near else told("hint.known", known=", ".join(sorted(known)))
            raise BadInput(told("unknown_field"), field=key, value=str(document[key])[:80], hint=hint)


def under(path: str, fault: BadInput) -> BadInput:
    """The same fault, its field named from one level further out: `price` under `offers[0]` becomes `offers[0].price`."""
    return BadInput(fault.message, field=f"{path}.{fault.field}" if fault.field else path, value=fault.value, hint=fault.hint)


def each(document: Document, key: str, build: Callable[[dict[str, Any]], Built]) -> tuple[Built, ...]:
    """What `build` makes of each object in the list under `key` (empty where it is absent); a fault names the place: `key[2].price`."""
    built: list[Built] = []
    for item in objects(document, key):
        try:
            built.append(build(item))
        except BadInput as fault:
            raise under(f"{key}[{len(built)}]", fault) from None
    return tuple(built)


def wrong_type(value: object, wanted: str, *, field: str) -> BadInput:
    """The error for a value of another JSON type than `wanted`."""
    return BadInput(told("wrong_type", found=_kind(value), wanted=wanted), field=field, value=str(value)[:80])


def text(document: Document, key: str, *, default: str | None = "") -> str:
    """The text under `key`; absent or null is `default`, or an error where `default` is None."""
    value = document.get(key, default)
    if type(value) is str:
        return value
    if value is None:
        if default is not None:
            return default
        raise BadInput(told("missing"), field=key)
    raise wrong_type(value, told("a.text"), field=key)


def whole(document: Document, key: str) -> int | None:
    """The whole number under `key`, None where it is absent."""
    value = document.get(key)
    if value is None or type(value) is int:
        return value
    raise wrong_type(value, told("a.whole_number"), field=key)


def number(document: Document, key: str) -> float | None:
    """The number under `key`, None where it is absent."""
    value = document.get(key)
    if value is None or type(value) is float:
        return value
    if type(value) is int:
        return float(value)
    raise wrong_type(value, told("a.number"), field=key)


def flag(document: Document, key: str) -> bool:
    """The boolean under `key`, False where it is absent."""
    value = document.get(key, False)
    if type(value) is bool:
        return value
    raise wrong_type(value, told("a.true_or_false"), field=key)


def moment(document: Document, key: str) -> datetime | None:
    """The moment (ISO 8601 with a time zone) under `key`, None where it is absent."""
    value = document.get(key)
    if value is None:
        return None
    if type(value) is not str:
        raise wrong_type(value, told("a.moment"), field=key)
    try:
        read = datetime.fromisoformat(value)
        if read.tzinfo is not None:
            return read.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadInput(told("not_moment", written=value[:80]), field=key, value=value[:80], hint=told("hint.moment")) from None
    raise BadInput(told("no_time_zone_in", written=value), field=key, value=value, hint=told("hint.moment"))


def moment_text(value: datetime) -> str:
    """The moment as we write it: ISO 8601 in UTC, ending in Z."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def texts(document: Document, key: str) -> tuple[str, ...]:
    """The list of texts under `key`, empty where it is absent."""
    value = document.get(key)
    if value is None:
        return ()
    if type(value) is not list:
        raise wrong_type(value, told("a.list_of_texts"), field=key)
    for at, item in enumerate(value):
        if type(item) is not str:
            raise wrong_type(item, told("a.text"), field=f"{key}[{at}]")
    return tuple(value)


def localized(document: Document, key: str) -> LocalizedText:
    """The text in several languages under `key`: `{"zh": …, "en": …}`."""
    value = document.get(key)
    if value is None:
        return LocalizedText()
    if type(value) is not dict:
        raise wrong_type(value, told("a.wordings"), field=key)
    for lang, wording in value.items():
        if type(wording) is not str:
            raise wrong_type(wording, told("a.text"), field=f"{key}.{lang}")
        if lang not in LANGS:
            raise BadInput(told("not_language", lang=lang), field=key, value=lang, hint=told("hint.known", known=", ".join(LANGS)))
    return LocalizedText(value.get("zh", ""), value.get("en", ""))


def lang_or_none(document: Document, key: str) -> Lang | None:
    """The language code under `key`, None where it is absent."""
    return cast(Lang | None, one_of(document, key, LANGS))


def one_of(document: Document, key: str, allowed: Sequence[str]) -> str | None:
    """The text under `key`, which must be among `allowed`; None where it is absent."""
    value = document.get(key)
    if value is None or value in allowed:
        return value
    raise BadInput(told("not_known", given=value), field=key, value=str(value)[:80], hint=told("hint.one_of", known=", ".join(allowed)))


def objects(document: Document, key: str) -> list[dict[str, Any]]:
    """The list of objects under `key`, empty where it is absent."""
    value = document.get(key)
    if value is None:
        return []
    if type(value) is not list:
        raise wrong_type(value, told("a.list_of_objects"), field=key)
    for at, item in enumerate(value):
        if type(item) is not dict:
            raise wrong_type(item, told("a.object"), field=f"{key}[{at}]")
    return value


def money(document: Document, key: str) -> Money | None:
    """The price under `key`, written as `"12.50 EUR"`; None where it is absent."""
    value = document.get(key)
    if value is None:
        return None
    if type(value) is not str:
        raise wrong_type(value, told("a.price"), field=key)
    try:
        return money_of(value)
    except BadInput as fault:
        raise BadInput(fault.message, field=key, value=value, hint=fault.hint) from None


@lru_cache(maxsize=65_536)
def money_of(written: str) -> Money:
    """Money from our canonical form `12.50 EUR`: digits, a decimal point, a space, the ISO 4217 code; nothing else is understood here."""
    amount, space, currency = written.partition(" ")
    units, _, part = amount.partition(".")
    digits = exponent_of(currency)
    if len(amount) > 20 or not space or not (units + part).isdecimal() or not amount.isascii() or not units or len(part) > digits:
        raise BadInput(told("not_price", written=written[:80]), field="price", value=written[:80], hint=told("hint.price"))
    return Money(int(units + part) * 10 ** (digits - len(part)), Currency(currency))


def money_text(price: Money) -> str:
    """The price in our canonical form, such as `12.50 EUR` or `1200 JPY`."""
    digits = exponent_of(price.currency)
    if digits == 0:
        return f"{price.minor} {price.currency}"
    units, part = divmod(price.minor, 10**digits)
    return f"{units}.{part:0{digits}d} {price.currency}"


def _kind(value: object) -> Told:
    names = {str: "text", bool: "boolean", int: "number", float: "number", list: "list", dict: "object", type(None): "null"}
    return told(f"a.{names.get(type(value), 'other')}")
