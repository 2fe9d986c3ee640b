"""A line as small as a word, beside the figure that it belongs to."""

from collections.abc import Sequence

from markupsafe import Markup

from shopkeeper.web.charts.scales import Linear
from shopkeeper.web.charts.svg import element, image, number

WIDTH, HEIGHT, _EDGE = 120.0, 32.0, 3.0


def sparkline(values: Sequence[float], spoken: str) -> Markup:
    """The values as a line from zero up, the last one marked; nothing for fewer than two."""
    if len(values) < 2:
        return Markup("")
    x = Linear(0, len(values) - 1, _EDGE, WIDTH - _EDGE)
    y = Linear(min(0.0, *values), max(0.0, *values), HEIGHT - _EDGE, _EDGE)
    points = " ".join(f"{number(x(place))},{number(y(value))}" for place, value in enumerate(values))
    last = element("circle", cx=x(len(values) - 1), cy=y(values[-1]), r=2.5, class_="chart-dot")
    return image(WIDTH, HEIGHT, spoken, element("polyline", points=points, class_="chart-line"), last, class_="sparkline")
