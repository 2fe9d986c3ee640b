"""Bars by category, from zero, lying, so that long names in either language can be read."""

from collections.abc import Sequence

from shopkeeper.errors import BadInput
from shopkeeper.web.charts.chart import RIGHT, WIDTH, Chart, Measure
from shopkeeper.web.charts.scales import Linear
from shopkeeper.web.charts.svg import element, image, line, text

_ROW, _BAR, _NAMES, _CUT = 28.0, 16.0, 168.0, 22


def bar_chart(values: Sequence[tuple[str, float]], measure: Measure) -> Chart:
    """One bar for each (name, value), in the order given, its value written at its end. BadInput without any, or for a value below zero."""
    if not values or min(value for _, value in values) < 0:
        raise BadInput("needs at least one value, and none below zero", field="values")
    height = _ROW * len(values) + 8
    x = Linear(0, max(value for _, value in values) or 1, _NAMES, WIDTH - RIGHT)
    parts = [line(_NAMES, 0, _NAMES, height, "chart-zero")]
    for place, (name, value) in enumerate(values):
        middle = 4 + _ROW * place + _ROW / 2
        parts += [
            text(_NAMES - 8, middle + 4, name if len(name) <= _CUT else f"{name[: _CUT - 1]}…", "chart-tick chart-end"),
            element("rect", x=_NAMES, y=middle - _BAR / 2, width=max(0.0, x(value) - _NAMES), height=_BAR, class_="chart-bar"),
            text(x(value) + 6, middle + 4, measure.write(value), "chart-label"),
        ]
    spoken = f"{measure.name}: " + "; ".join(f"{name} {measure.write(value)}" for name, value in values)
    rows = tuple((name, measure.write(value)) for name, value in values)
    return Chart(image(WIDTH, height, spoken, *parts), spoken, ("", measure.name), rows, tuple(values))
