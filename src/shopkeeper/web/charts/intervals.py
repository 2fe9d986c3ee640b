"""Dots with their intervals: what an experiment found, and how sure it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from shopkeeper.errors import BadInput
from shopkeeper.web.charts.chart import RIGHT, WIDTH, Chart, Measure
from shopkeeper.web.charts.scales import Linear, compact, nice_ticks
from shopkeeper.web.charts.svg import element, image, line, text

_ROW, _NAMES, _AXIS = 32.0, 168.0, 24.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """An estimate with its interval."""

    label: str
    value: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.value <= self.high:
            raise BadInput(f"{self.value} does not lie between {self.low} and {self.high}", field=self.label, value=self.value)


def interval_chart(estimates: Sequence[Estimate], measure: Measure, *, zero: float | None = 0.0) -> Chart:
    """One row for each estimate; `zero` is where a line stands for "no difference" (None = no line). BadInput without any."""
    if not estimates:
        raise BadInput("has no estimate to draw", field="estimates")
    ends = [end for one in estimates for end in (one.low, one.high)] + ([] if zero is None else [zero])
    ticks = nice_ticks(min(ends), max(ends), 4)
    x = Linear(ticks[0], ticks[-1], _NAMES, WIDTH - RIGHT)
    bottom = _ROW * len(estimates) + 4
    parts = [_axis(ticks, x, bottom, measure)] + ([] if zero is None else [line(x(zero), 0, x(zero), bottom, "chart-zero")])
    for place, one in enumerate(estimates):
        middle = 4 + _ROW * place + _ROW / 2
        parts += [
            text(_NAMES - 12, middle + 4, one.label, "chart-tick chart-end"),
            line(x(one.low), middle, x(one.high), middle, "chart-interval"),
            element("circle", cx=x(one.value), cy=middle, r=4.5, class_="chart-dot"),
            text(WIDTH - RIGHT + 12, middle + 4, measure.write(one.value), "chart-label"),
        ]
    rows = tuple((one.label, measure.write(one.value), measure.write(one.low), measure.write(one.high)) for one in estimates)
    spoken = f"{measure.name}: " + "; ".join(f"{name} {value} [{low}, {high}]" for name, value, low, high in rows)
    raw = tuple((one.label, one.value, one.low, one.high) for one in estimates)
    return Chart(image(WIDTH, bottom + _AXIS, spoken, *parts), spoken, ("", measure.name, "≥", "≤"), rows, raw)


def _axis(ticks: Sequence[float], x: Linear, bottom: float, measure: Measure) -> Markup:
    marks = [line(x(tick), 0, x(tick), bottom, "chart-grid") for tick in ticks]
    words = [text(x(tick), bottom + 18, compact(tick, measure.lang), "chart-tick chart-middle") for tick in ticks]
    return Markup("").join([*marks, *words])
