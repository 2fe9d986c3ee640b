"""How numbers, money, days and sizes are written."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from shopkeeper.domain.money import Currency, Money
from shopkeeper.web.formats import day, minute, money, number, seconds, size


@pytest.mark.parametrize(
    ("minor", "currency", "written"),
    [
        (129_900, "CNY", "¥1,299.00"),
        (1_250, "USD", "$12.50"),
        (5, "EUR", "€0.05"),
        (1_200, "JPY", "JP¥1,200"),
        (1_234_567, "KWD", "KWD\u00a01,234.567"),
        (10**13, "CNY", "¥100,000,000,000.00"),
    ],
)
def test_money_shows_its_currency_and_its_minor_unit(minor: int, currency: str, written: str):
    assert money(Money(minor, Currency(currency))) == written


def test_days_are_written_as_each_language_writes_them():
    moment = datetime(2026, 11, 22, 3, 15, tzinfo=UTC)
    assert day(moment, "zh") == "2026年11月22日"
    assert day(moment, "en") == "22 November 2026"
    assert minute(moment, "en") == "22 November 2026 03:15\u00a0UTC"


def test_a_moment_elsewhere_is_told_in_utc():
    assert day(datetime(2026, 11, 22, 1, 0, tzinfo=timezone(timedelta(hours=8))), "en") == "21 November 2026"


@pytest.mark.parametrize(("value", "decimals", "written"), [(0, 0, "0"), (12_345, 0, "12,345"), (4.25, 1, "4.2"), (1_234.5, 1, "1,234.5")])
def test_thousands_are_grouped(value: float, decimals: int, written: str):
    assert number(value, "en", decimals=decimals) == written


@pytest.mark.parametrize(("octets", "written"), [(0, "0\u00a0B"), (812, "812\u00a0B"), (1_400_000, "1.4\u00a0MB"), (2 * 10**12, "2000.0\u00a0GB")])
def test_sizes_are_decimal(octets: int, written: str):
    assert size(octets) == written


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [(0.83, "0.8\u00a0秒", "0.8\u00a0s"), (42, "42\u00a0秒", "42\u00a0s"), (200, "3\u00a0分 20\u00a0秒", "3\u00a0min 20\u00a0s")],
)
def test_lengths_of_time_have_units(value: float, zh: str, en: str):
    assert (seconds(value, "zh"), seconds(value, "en")) == (zh, en)
