"""Lines over time."""

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from shopkeeper.errors import BadInput
from shopkeeper.web.charts.chart import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Chart, Measure, Series
from shopkeeper.web.charts.scales import Linear, compact, day_label, day_ticks, nice_ticks, spread
from shopkeeper.web.charts.svg import element, image, line, number, text

_LABEL_GAP = 15.0


def line_chart(series: Sequence[Series], measure: Measure) -> Chart:
    """Each of `series` as a line with its name at its end. The axis begins at zero unless a value lies below; BadInput without any value."""
    known = [value for one in series for _, value in one.values if value is not None]
    days = sorted({day for one in series for day, _ in one.values})
    if not known:
        raise BadInput("has no value to draw", field="series")
    ticks = nice_ticks(min(0.0, *known), max(known), 4)
    x = Linear(days[0].toordinal(), days[-1].toordinal(), LEFT, WIDTH - RIGHT)
    y = Linear(ticks[0], ticks[-1], HEIGHT - BOTTOM, TOP)
    parts = [_frame(ticks, y, measure), *_days(days, x, measure)]
    for one in sorted(series, key=lambda one: not one.quiet):  # what is compared with lies below
        parts += _drawn(one, x, y)
    spoken = ". ".join(_told(one, measure) for one in series)
    by_day = [dict(one.values) for one in series]
    raw = tuple((day.isoformat(), *(values.get(day) for values in by_day)) for day in days)
    rows = tuple((day_label(day, measure.lang), *(_written(values.get(day), measure) for values in by_day)) for day in days)
    svg = image(WIDTH, HEIGHT, spoken, *parts, *_labels(series, y))
    return Chart(svg, spoken, (measure.name, *(one.label for one in series)), rows, raw)


def _frame(ticks: Sequence[float], y: Linear, measure: Measure) -> Markup:
    marks = [line(LEFT, y(tick), WIDTH - RIGHT, y(tick), "chart-zero" if tick == 0 else "chart-grid") for tick in ticks]
    words = [text(LEFT - 8, y(tick) + 4, compact(tick, measure.lang), "chart-tick chart-end") for tick in ticks]
    return Markup("").join([*marks, *words])


def _days(days: Sequence[date], x: Linear, measure: Measure) -> list[Markup]:
    return [text(x(day.toordinal()), HEIGHT - 8, day_label(day, measure.lang), "chart-tick chart-middle") for day in day_ticks(days[0], days[-1])]


def _drawn(one: Series, x: Linear, y: Linear) -> list[Markup]:
    """The line, broken where a value is not known; a value with none beside it is a dot."""
    runs: list[list[str]] = [[]]
    for day, value in sorted(one.values, key=lambda pair: pair[0]):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(f"{number(x(day.toordinal()))},{number(y(value))}")
    kind = "chart-line chart-quiet" if one.quiet else "chart-line"
    drawn = []
    for run in runs:
        if len(run) == 1:
            cx, _, cy = run[0].partition(",")
            drawn.append(element("circle", cx=cx, cy=cy, r=3, class_="chart-dot chart-quiet" if one.quiet else "chart-dot"))
        elif run:
            drawn.append(element("polyline", points=" ".join(run), class_=kind))
    return drawn


def _labels(series: Sequence[Series], y: Linear) -> list[Markup]:
    """Each name at the height of the series' last value, moved apart where two would cover each other."""
    last = [next((value for _, value in reversed(one.values) if value is not None), None) for one in series]
    shown = [(one, value) for one, value in zip(series, last, strict=True) if value is not None]
    heights = spread([y(value) for _, value in shown], _LABEL_GAP, TOP, HEIGHT - BOTTOM)
    return [
        text(WIDTH - RIGHT + 8, height + 4, one.label, "chart-label chart-quiet" if one.quiet else "chart-label")
        for (one, _), height in zip(shown, heights, strict=True)
    ]


def _told(one: Series, measure: Measure) -> str:
    known = [(day, value) for day, value in one.values if value is not None]
    if not known:
        return f"{measure.name}, {one.label}"
    first, last = known[0], known[-1]
    ends = [f"{day_label(day, measure.lang)} {measure.write(value)}" for day, value in dict.fromkeys((first, last))]
    return f"{measure.name}, {one.label}: {' → '.join(ends)}"


def _written(value: float | None, measure: Measure) -> str:
    return "–" if value is None else measure.write(value)
