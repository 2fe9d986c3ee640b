"""Prices as feeds write them: unambiguous ones are read, everything else is refused with what to write instead."""

import re
import unicodedata
from decimal import Decimal
from typing import Final

from shopkeeper.domain.money import Money
from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

_AMOUNT: Final = re.compile(r"[+-]?\d{1,15}(?:[.,]\d{1,9})?")
_CODE: Final = re.compile(r"[A-Za-z]{3}")
_SIGNS: Final = {"€": "EUR", "£": "GBP", "¥": "", "￥": "", "$": "", "元": "CNY"}
"""A sign that names one currency, or (empty) several: then the feed's own currency decides."""


def price_of(written: str, *, field: str, currency: str | None = None, decimal_comma: bool = False) -> Money:
    """The price in a cell such as `12.50 EUR`, `EUR 12.50`, or a bare `12.50` where `currency` is known.

    `decimal_comma`: the feed was said to write 12,50. Without that a comma is refused, since `1,250` may mean either of two prices.
    A currency in the cell must agree with `currency` where both are given, unless `currency` is None.
    """
    text = unicodedata.normalize("NFKC", written).strip()
    code, amount = _split_currency(text)
    if not _AMOUNT.fullmatch(amount):
        raise BadInput(told("not_price", written=written[:80]), field=field, value=written[:80], hint=told("hint.price"))
    if "," in amount and not decimal_comma:
        meant = f"{amount.replace(',', '.')} {code or currency or 'EUR'}"
        raise BadInput(told("decimal_comma", written=written), field=field, value=written, hint=told("hint.price_as", meant=meant))
    if "." in amount and decimal_comma:
        raise BadInput(told("point_for_comma", written=written), field=field, value=written)
    known = code or currency
    if known is None:
        raise BadInput(told("names_no_currency", written=written), field=field, value=written, hint=told("hint.price_or_currency"))
    if amount.startswith("-"):
        raise BadInput(told("below_zero", value=written), field=field, value=written, hint=told("hint.zero_or_more"))
    try:
        return Money.of(Decimal(amount.replace(",", ".")), known.upper())
    except BadInput as fault:
        raise BadInput(fault.message, field=field, value=written, hint=fault.hint) from None


def _split_currency(text: str) -> tuple[str, str]:
    """(currency code or empty, the rest)."""
    for sign, code in _SIGNS.items():
        if text.startswith(sign) or text.endswith(sign):
            return code, text.replace(sign, "", 1).strip()
    if match := _CODE.match(text):
        return match[0], text[3:].strip()
    if match := _CODE.search(text, max(0, len(text) - 3)):
        return match[0], text[:-3].strip()
    return "", text


def amount_text(price: Money) -> str:
    """The bare amount, such as `12.50`."""
    return str(price).rpartition(" ")[0]
