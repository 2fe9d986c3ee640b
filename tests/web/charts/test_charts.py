"""Charts from numbers whose drawing is known by hand."""

import csv
import io
import xml.etree.ElementTree as ET
from datetime import date, timedelta
from itertools import pairwise

import pytest

from shopkeeper.errors import BadInput
from shopkeeper.web.charts import Estimate, Measure, Series, bar_chart, interval_chart, line_chart, sparkline
from shopkeeper.web.charts.export import svg_file
from shopkeeper.web.charts.scales import Linear, compact, day_label, day_ticks, nice_ticks, spread

FIRST = date(2026, 3, 1)
ORDERS = Measure("Orders", "en", lambda value: f"{value:,.0f}")
SVG = "{http://www.w3.org/2000/svg}"


def series(*values: float | None, label: str = "this week", quiet: bool = False) -> Series:
    return Series(label, [(FIRST + timedelta(days=place), value) for place, value in enumerate(values)], quiet)


def drawn(markup: str, tag: str, class_: str = "") -> list[ET.Element]:
    return [one for one in ET.fromstring(markup).iter(SVG + tag) if class_ in one.get("class", "").split() or not class_]


class TestScales:
    @pytest.mark.parametrize(
        ("low", "high", "ticks"),
        [
            (0, 87, [0, 20, 40, 60, 80, 100]),
            (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
            (-3, 12, [-5, 0, 5, 10, 15]),
            (0, 0, [0, 0.2, 0.4, 0.6, 0.8, 1]),
            (0, 100_000, [0, 20_000, 40_000, 60_000, 80_000, 100_000]),
            (0.02, 0.07, [0.02, 0.03, 0.04, 0.05, 0.06, 0.07]),
        ],
    )
    def test_ticks_are_round_and_hold_every_value(self, low: float, high: float, ticks: list[float]):
        assert nice_ticks(low, high) == ticks

    def test_a_scale_maps_ends_to_ends_and_one_value_to_the_middle(self):
        y = Linear(0, 100, 200, 0)
        assert (y(0), y(25), y(100)) == (200, 150, 0)
        assert Linear(7, 7, 0, 10)(7) == 5

    @pytest.mark.parametrize(
        ("days", "first", "gap", "count"),
        [(0, FIRST, None, 1), (4, FIRST, 1, 5), (10, FIRST, 2, 6), (27, FIRST, 7, 4), (60, FIRST, 14, 5)],
    )
    def test_days_are_marked_evenly(self, days: int, first: date, gap: int | None, count: int):
        ticks = day_ticks(FIRST, FIRST + timedelta(days=days))
        assert ticks[0] == first and len(ticks) == count
        assert {(after - before).days for before, after in pairwise(ticks)} == ({gap} if gap else set())

    def test_over_a_year_the_marks_are_first_days_of_months(self):
        ticks = day_ticks(date(2025, 3, 10), date(2026, 3, 9))
        assert [tick.month for tick in ticks] == [4, 6, 8, 10, 12, 2] and {tick.day for tick in ticks} == {1}

    @pytest.mark.parametrize(
        ("value", "zh", "en"),
        [(0, "0", "0"), (0.25, "0.25", "0.25"), (950, "950", "950"), (15_000, "1.5万", "15K"), (2_300_000, "230万", "2.3M"), (3e8, "3亿", "300M")],
    )
    def test_numbers_are_shortened_as_each_language_does(self, value: float, zh: str, en: str):
        assert (compact(value, "zh"), compact(value, "en")) == (zh, en)

    def test_days_are_named_as_each_language_does(self):
        assert (day_label(date(2026, 11, 2), "zh"), day_label(date(2026, 11, 2), "en")) == ("11月2日", "2 Nov")

    def test_labels_that_would_cover_each_other_move_apart_and_stay_inside(self):
        assert spread([50, 52], 15, 0, 100) == [50, 65]
        assert spread([99, 98], 15, 0, 100) == [100, 85]
        assert spread([10, 60], 15, 0, 100) == [10, 60]


class TestLine:
    def test_the_line_goes_through_its_values_from_zero(self):
        chart = line_chart([series(0, 10, 20)], ORDERS)
        (line,) = drawn(chart.svg, "polyline")
        assert line.get("points") == "56,212 236,114 416,16"  # 0 at the bottom, 20 (the last tick) at the top, days evenly apart

    def test_an_unknown_value_leaves_a_gap_and_a_lone_one_is_a_dot(self):
        chart = line_chart([series(1, 2, None, 3, None)], ORDERS)
        assert len(drawn(chart.svg, "polyline")) == len(drawn(chart.svg, "circle")) == 1
        assert [row[1] for row in chart.rows] == ["1", "2", "–", "3", "–"]
        assert [row[1] for row in chart.raw] == [1, 2, None, 3, None]

    def test_each_line_is_named_at_its_end_and_the_names_do_not_cover_each_other(self):
        chart = line_chart([series(1, 5), series(1, 5, label="last week", quiet=True)], ORDERS)
        labels = drawn(chart.svg, "text", "chart-label")
        assert [label.text for label in labels] == ["this week", "last week"]
        assert abs(float(labels[0].get("y", 0)) - float(labels[1].get("y", 0))) >= 15

    def test_it_can_be_heard_and_read_as_a_table(self):
        chart = line_chart([series(3, 1_200)], ORDERS)
        assert chart.spoken == "Orders, this week: 1 Mar 3 → 2 Mar 1,200"
        root = ET.fromstring(chart.svg)
        assert root.get("role") == "img" and root.get("aria-label") == chart.spoken
        assert (chart.head, chart.rows) == (("Orders", "this week"), (("1 Mar", "3"), ("2 Mar", "1,200")))

    def test_values_below_zero_pull_the_axis_down(self):
        marks = [one.text for one in drawn(line_chart([series(-10, 10)], ORDERS).svg, "text", "chart-end")]
        assert marks == ["-10", "-5", "0", "5", "10"]

    def test_nothing_to_draw_is_refused(self):
        for empty in ([], [series()], [series(None)]):
            with pytest.raises(BadInput, match="no value"):
                line_chart(empty, ORDERS)


class TestBars:
    def test_bars_begin_at_zero_and_are_as_long_as_their_values(self):
        chart = bar_chart([("cups", 10), ("pots", 5), ("none", 0)], ORDERS)
        widths = [float(bar.get("width", "nan")) for bar in drawn(chart.svg, "rect", "chart-bar")]
        assert widths == [248, 124, 0]
        assert [one.text for one in drawn(chart.svg, "text", "chart-label")] == ["10", "5", "0"]
        assert chart.raw == (("cups", 10), ("pots", 5), ("none", 0))

    def test_a_long_name_is_cut_in_the_drawing_and_whole_in_the_table(self):
        chart = bar_chart([("x" * 40, 1)], ORDERS)
        assert drawn(chart.svg, "text", "chart-end")[0].text == "x" * 21 + "…"
        assert chart.rows[0][0] == "x" * 40

    @pytest.mark.parametrize("values", [[], [("a", -1.0)]])
    def test_what_has_no_length_is_refused(self, values: list[tuple[str, float]]):
        with pytest.raises(BadInput):
            bar_chart(values, ORDERS)


class TestIntervals:
    def test_the_dot_lies_on_its_interval_and_zero_is_marked(self):
        chart = interval_chart([Estimate("new", 2, 1, 4), Estimate("old", -1, -2, 0)], Measure("Uplift", "en", lambda value: f"{value:+.0f} %"))
        first = drawn(chart.svg, "line", "chart-interval")[0]
        dot = drawn(chart.svg, "circle")[0]
        assert float(first.get("x1", 0)) < float(dot.get("cx", 0)) < float(first.get("x2", 0))
        assert len(drawn(chart.svg, "line", "chart-zero")) == 1
        assert chart.spoken == "Uplift: new +2 % [+1 %, +4 %]; old -1 % [-2 %, +0 %]"

    def test_an_estimate_outside_its_interval_is_refused(self):
        with pytest.raises(BadInput, match="does not lie between"):
            Estimate("new", 5, 1, 4)
        with pytest.raises(BadInput, match="no estimate"):
            interval_chart([], ORDERS)


class TestSparkline:
    def test_it_runs_from_edge_to_edge_and_marks_the_last_value(self):
        markup = sparkline([0, 5, 10], "Orders, 3 days")
        assert drawn(markup, "polyline")[0].get("points") == "3,29 60,16 117,3"
        assert drawn(markup, "circle")[0].get("cx") == "117"

    def test_one_value_is_no_line(self):
        assert sparkline([1], "x") == ""

    def test_nothing_but_zeros_is_a_flat_line(self):
        assert drawn(sparkline([0, 0], "x"), "polyline")[0].get("points") == "3,16 117,16"


HOSTILE = '"><script>alert(1)</script>'


def test_nothing_that_a_name_says_becomes_markup():
    hostile = Measure(HOSTILE, "en", lambda value: f"{value}{HOSTILE}")
    for chart in (
        line_chart([series(1, 2, label=HOSTILE)], hostile),
        bar_chart([(HOSTILE, 1)], hostile),
        interval_chart([Estimate(HOSTILE, 1, 0, 2)], hostile),
    ):
        assert "<script>" not in chart.svg and "<script>" not in svg_file(chart, HOSTILE)
        ET.fromstring(chart.svg)


def test_the_table_goes_into_a_spreadsheet_without_becoming_a_formula():
    text = line_chart([series(1, None, label="=1+1")], ORDERS).csv()
    assert text.startswith("\ufeff")
    assert list(csv.reader(io.StringIO(text[1:]))) == [["Orders", "'=1+1"], ["2026-03-01", "1"], ["2026-03-02", ""]]


def test_a_file_stands_alone_with_its_colours():
    document = svg_file(line_chart([series(1, 2)], ORDERS), "Orders & more")
    root = ET.fromstring(document.encode())
    assert [one.text for one in root.iter(SVG + "title")] == ["Orders & more"]
    style = "".join(one.text or "" for one in root.iter(SVG + "style"))
    assert "var(" not in style and "#b5432e" in style and "Noto Sans SC" in style
