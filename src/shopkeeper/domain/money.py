"""Money: whole minor units of a currency, so that sums are exact."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NewType, Self

from shopkeeper.errors import BadInput
from shopkeeper.kit.wordings import told

Currency = NewType("Currency", str)

# ISO 4217 (list one, published 2024-06-25): the currencies whose minor unit is not a hundredth.
_EXPONENTS: Final = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0, "UYI": 0, "VND": 0,
    "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0, "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}  # fmt: skip
_SYMBOLS: Final = {
    "CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "JP¥", "KRW": "₩", "INR": "₹", "HKD": "HK$", "TWD": "NT$", "SGD": "S$",
    "AUD": "A$", "CAD": "CA$", "NZD": "NZ$",
}  # fmt: skip
MAX_MINOR: Final = 10**13
"""A hundred billion of a two-digit currency; more is taken for a mistake."""


def exponent_of(currency: str) -> int:
    """Number of decimal digits between the currency's unit and its minor unit (2 for CNY and USD, 0 for JPY, 3 for KWD)."""
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in minor units (fen, cents) of `currency` (ISO 4217, upper case). Never negative: a refund is a line of its own."""

    minor: int
    currency: Currency

    def __post_init__(self) -> None:
        if len(self.currency) != 3 or not (self.currency.isascii() and self.currency.isalpha() and self.currency.isupper()):
            raise BadInput(told("not_currency", code=self.currency), field="currency", value=self.currency, hint=told("hint.iso_currency"))
        if not 0 <= self.minor <= MAX_MINOR:
            raise BadInput(told("minor_out_of_range", minor=self.minor), field="price", value=self.minor, hint=told("hint.zero_or_more"))

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> Self:
        """Return `amount` units as Money; refuses more decimals than the currency has (no silent rounding)."""
        if not amount.is_finite():
            raise BadInput(told("not_amount", value=amount), field="price", value=str(amount))
        scaled = amount.scaleb(exponent_of(currency))
        if scaled != scaled.to_integral_value():
            raise BadInput(told("too_many_decimals", value=amount, currency=currency, digits=exponent_of(currency)), field="price", value=str(amount))
        return cls(int(scaled), Currency(currency))

    @property
    def amount(self) -> Decimal:
        """The amount in whole units, exactly."""
        return Decimal(self.minor).scaleb(-exponent_of(self.currency))

    def __str__(self) -> str:
        return f"{self.amount:.{exponent_of(self.currency)}f} {self.currency}"

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise BadInput(told("cannot_add", one=other.currency, other=self.currency), field="currency", value=other.currency)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise BadInput(told("cannot_take", one=other.currency, other=self.currency), field="currency", value=other.currency)
        return Money(self.minor - other.minor, self.currency)

    def times(self, pieces: int) -> "Money":
        """The price of `pieces` pieces."""
        return Money(self.minor * pieces, self.currency)


def written(price: Money) -> str:
    """The price as people read it (Unicode CLDR 46, patterns of `zh` and `en`): ¥1,299.00, $12.50, JP¥1,200; else by code, `CHF 12.50`."""
    digits = f"{price.amount:,.{exponent_of(price.currency)}f}"
    symbol = _SYMBOLS.get(price.currency)
    return f"{symbol}{digits}" if symbol else f"{price.currency}\u00a0{digits}"
