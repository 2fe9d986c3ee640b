"""Scales: where a value stands on paper, at which round values the axis is marked, and what stands beside the marks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from shopkeeper.domain.texts import Lang

_STEPS: Final = (1, 2, 5, 10)
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ENGLISH: Final = ((1e9, "B"), (1e6, "M"), (1e3, "K"))
_CHINESE: Final = ((1e8, "亿"), (1e4, "万"))


@dataclass(frozen=True, slots=True)
class Linear:
    """Maps values from `low`…`high` to `start`…`end`, evenly.

    >>> Linear(0, 10, 200, 0)(5)
    100.0
    """

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Where `value` stands; the middle where all values are one."""
        if self.high == self.low:
            return (self.start + self.end) / 2
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def nice_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Up to `most` + 1 round values from the last one at or below `low` to the first at or above `high`, in steps of 1, 2 or 5 × 10ⁿ.

    >>> nice_ticks(0, 87)
    [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]
    """
    if high <= low:
        high = low + (abs(low) or 1.0)
    rough = (high - low) / max(1, most)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in _STEPS if factor * power >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    decimals = max(0, -math.floor(math.log10(step)))
    return [round(place * step, decimals) for place in range(first, last + 1)]


def day_ticks(first: date, last: date, most: int = 6) -> list[date]:
    """Up to `most` days from `first` on, evenly apart: by day, by week, or by as many weeks as it takes; a first of the month where months pass."""
    days = (last - first).days
    if days > 62 and (months := _months(first, last)):
        every = math.ceil(len(months) / most)
        return months[::every]
    step = next((step for step in (1, 2, 7, 14) if days / step < most), 14)
    return [first + timedelta(days=place) for place in range(0, days + 1, step)][:most]


def _months(first: date, last: date) -> list[date]:
    found = []
    month = first.replace(day=1)
    while month <= last:
        if month >= first:
            found.append(month)
        month = (month + timedelta(days=32)).replace(day=1)
    return found


def day_label(day: date, lang: Lang) -> str:
    """The day beside an axis: 11月22日, 22 Nov."""
    return f"{day.month}月{day.day}日" if lang == "zh" else f"{day.day} {_MONTHS[day.month - 1]}"


def compact(value: float, lang: Lang) -> str:
    """A number beside an axis, as each language shortens it: 1.5万, 15K; small ones as they are.

    >>> compact(15_000, "zh"), compact(15_000, "en"), compact(0.25, "en")
    ('1.5万', '15K', '0.25')
    """
    for size, word in _CHINESE if lang == "zh" else _ENGLISH:
        if abs(value) >= size:
            return f"{_plain(value / size, 1)}{word}"
    return _plain(value, 2)


def _plain(value: float, decimals: int) -> str:
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """`places` moved apart so that no two stand nearer than `gap` (labels that would cover each other), within `low`…`high` where they fit."""
    order = sorted(range(len(places)), key=lambda at: places[at])
    moved = list(places)
    floor = low
    for at in order:
        moved[at] = max(moved[at], floor)
        floor = moved[at] + gap
    ceiling = high
    for at in reversed(order):
        moved[at] = min(moved[at], ceiling)
        ceiling = moved[at] - gap
    return moved
