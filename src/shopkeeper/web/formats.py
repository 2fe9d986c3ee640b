"""How numbers, money, days and sizes are written in Chinese and English (Unicode CLDR 46, patterns of `zh` and `en`)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from shopkeeper.domain.money import Money, written
from shopkeeper.domain.texts import Lang

_MONTHS: Final = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
_UNITS: Final = ("B", "kB", "MB", "GB")
NO_BREAK: Final = "\u00a0"


def number(value: float, lang: Lang, *, decimals: int = 0) -> str:
    """`value` with grouped thousands: 12,345 or 12,345.6 (both languages group alike)."""
    del lang
    return f"{value:,.{decimals}f}"


def money(price: Money) -> str:
    """The price with its currency: ¥1,299.00, $12.50, JP¥1,200; see `domain.money.written`."""
    return written(price)


def day(moment: datetime, lang: Lang) -> str:
    """The day in UTC: 2026年11月22日, 22 November 2026."""
    utc = moment.astimezone(UTC)
    return f"{utc.year}年{utc.month}月{utc.day}日" if lang == "zh" else f"{utc.day} {_MONTHS[utc.month - 1]} {utc.year}"


def minute(moment: datetime, lang: Lang) -> str:
    """The day and minute in UTC, with the zone's name: 2026年11月22日 03:15 UTC."""
    utc = moment.astimezone(UTC)
    return f"{day(moment, lang)} {utc:%H:%M}{NO_BREAK}UTC"


def clock(moment: datetime) -> str:
    """The time of day in UTC, to the second: 03:15:42 (both languages alike); the page says that it is UTC."""
    return f"{moment.astimezone(UTC):%H:%M:%S}"


def size(octets: int) -> str:
    """A file's size in decimal units: 812 B, 1.4 MB."""
    value, unit = float(octets), _UNITS[0]
    for unit in _UNITS:
        if value < 1000 or unit == _UNITS[-1]:
            break
        value /= 1000
    return f"{value:.0f}{NO_BREAK}{unit}" if unit == "B" else f"{value:.1f}{NO_BREAK}{unit}"


def seconds(value: float, lang: Lang) -> str:
    """A length of time: 0.8 s, 12 s, 3 min 20 s; 0.8 秒, 12 秒, 3 分 20 秒."""
    minute_name, second_name = ("分", "秒") if lang == "zh" else ("min", "s")
    if value < 10:
        return f"{value:.1f}{NO_BREAK}{second_name}"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes}{NO_BREAK}{minute_name} {rest}{NO_BREAK}{second_name}" if minutes else f"{rest}{NO_BREAK}{second_name}"


@dataclass(frozen=True, slots=True)
class Formats:
    """The functions above for one language, as the templates use them."""

    lang: Lang

    def number(self, value: float, decimals: int = 0) -> str:
        """See `number`."""
        return number(value, self.lang, decimals=decimals)

    def money(self, price: Money) -> str:
        """See `money`."""
        return money(price)

    def day(self, moment: datetime) -> str:
        """See `day`."""
        return day(moment, self.lang)

    def minute(self, moment: datetime) -> str:
        """See `minute`."""
        return minute(moment, self.lang)

    def clock(self, moment: datetime) -> str:
        """See `clock`."""
        return clock(moment)

    def size(self, octets: int) -> str:
        """See `size`."""
        return size(octets)

    def seconds(self, value: float) -> str:
        """See `seconds`."""
        return seconds(value, self.lang)
