"""A shop's sales by day, counted from its orders: what the overview shows. Days are days in UTC, and money is in the shop's own currency."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from shopkeeper.domain.ids import ProductId
from shopkeeper.domain.money import Currency
from shopkeeper.domain.order import Order

WINDOW: Final = timedelta(days=14)
"""Long enough to see two weekends, short enough that yesterday still shows."""


@dataclass(frozen=True, slots=True)
class Days:
    """Orders and revenue (minor units) by day; today's up to now, the same weekday's of last week up to the same hour; pieces sold in the window."""

    today: date
    orders: Counter[date] = field(default_factory=Counter)
    revenue: Counter[date] = field(default_factory=Counter)
    orders_week_ago: int = 0
    revenue_week_ago: int = 0
    sold: Counter[ProductId] = field(default_factory=Counter)

    @property
    def window(self) -> list[date]:
        """The days of the window, whole ones: up to yesterday."""
        return [self.today - timedelta(days=back) for back in range(WINDOW.days, 0, -1)]

    def __bool__(self) -> bool:
        """True if anything was sold in these days or in the window before."""
        return bool(self.orders)


def since(now: datetime) -> datetime:
    """From when on orders are counted: the beginning of the window before the window."""
    return datetime.combine(now.astimezone(UTC).date(), datetime.min.time(), UTC) - 2 * WINDOW


def days_of(orders: Iterable[Order], currency: str, now: datetime) -> Days:
    """Count `orders`; those of another currency count as orders, but not as revenue."""
    days = Days(now.astimezone(UTC).date())
    ago = week = 0
    for order in orders:
        if order.placed > now or not order.lines:
            continue
        day = order.placed.astimezone(UTC).date()
        paid = sum(line.unit_price.minor * line.quantity for line in order.lines) if order.currency == Currency(currency) else 0
        days.orders[day] += 1
        days.revenue[day] += paid
        if day == days.today - timedelta(days=7) and order.placed <= now - timedelta(days=7):
            ago, week = ago + 1, week + paid
        if timedelta(0) < days.today - day <= WINDOW:
            for line in order.lines:
                days.sold[line.product_id] += line.quantity
    return Days(days.today, days.orders, days.revenue, ago, week, days.sold)
