"""A chart as a file that stands alone: the same drawing, with the rules and colours that the style sheets would have given it."""

import re
from functools import cache
from typing import Final

from markupsafe import Markup

from shopkeeper.web.assets import assets
from shopkeeper.web.charts.chart import Chart
from shopkeeper.web.charts.svg import element

_TOKEN: Final = re.compile(r"--([\w-]+):\s*([^;]+);")
_RULE: Final = re.compile(r"^\.chart[^{]*\{[^}]*\}", re.MULTILINE)
_USED: Final = re.compile(r"var\(--([\w-]+)\)")


def svg_file(chart: Chart, title: str) -> str:
    """The drawing as an SVG document on paper-coloured ground, always in the light scheme: it is to be put into a report."""
    style = element("style", Markup(_rules()))
    ground = element("rect", width="100%", height="100%", class_="chart-ground")
    inside = str(chart.svg).partition(">")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{inside[0]}>{element("title", title)}{style}{ground}{inside[2]}\n'


@cache
def _rules() -> str:
    """The chart rules of the style sheet with their tokens written out."""
    light = assets()["tokens.css"].content.decode().partition("@media")[0]
    tokens = dict(reversed(_TOKEN.findall(light)))  # the first wins: what follows is for one language
    rules = "\n".join(_RULE.findall(assets()["charts.css"].content.decode()))
    return _USED.sub(lambda used: tokens[used[1]].strip(), rules)
