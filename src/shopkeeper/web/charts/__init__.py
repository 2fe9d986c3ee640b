"""Charts as SVG from numbers, drawn on the server: lines over time, bars from zero, dots with intervals, sparklines. Pure functions, no colours.

Colours come from classes (`chart-line`, `chart-bar` …) that the style sheet fills from the tokens; `export.py` writes them into a file that
stands alone. Every chart carries its numbers as a table too, for those who do not see it and for CSV.
"""

from shopkeeper.web.charts.bars import bar_chart
from shopkeeper.web.charts.chart import Chart, Measure, Series
from shopkeeper.web.charts.intervals import Estimate, interval_chart
from shopkeeper.web.charts.line import line_chart
from shopkeeper.web.charts.sparkline import sparkline

__all__ = ["Chart", "Estimate", "Measure", "Series", "bar_chart", "interval_chart", "line_chart", "sparkline"]
