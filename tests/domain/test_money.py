from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopkeeper.domain.money import Currency, Money
from shopkeeper.errors import BadInput


@pytest.mark.parametrize(
    ("amount", "currency", "minor", "shown"),
    [("12.50", "CNY", 1250, "12.50 CNY"), ("1299", "JPY", 1299, "1299 JPY"), ("0.125", "KWD", 125, "0.125 KWD"), ("0", "USD", 0, "0.00 USD")],
)
def test_an_amount_becomes_whole_minor_units_and_back(amount: str, currency: str, minor: int, shown: str) -> None:
    money = Money.of(Decimal(amount), currency)
    assert (money.minor, str(money), money.amount) == (minor, shown, Decimal(amount))


@pytest.mark.parametrize(("amount", "currency"), [("12.505", "CNY"), ("1.5", "JPY"), ("-3", "CNY"), ("NaN", "CNY"), ("1e30", "CNY"), ("1", "yuan")])
def test_what_is_no_price_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(BadInput):
        Money.of(Decimal(amount), currency)


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_sums_are_exact(a: int, b: int) -> None:
    assert (Money(a, Currency("CNY")) + Money(b, Currency("CNY"))).minor == a + b


def test_currencies_do_not_mix() -> None:
    with pytest.raises(BadInput, match="USD"):
        _ = Money(1, Currency("CNY")) + Money(1, Currency("USD"))
