"""A chart with its numbers, and what every kind of chart is given: series, and how its values are written."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from shopkeeper.domain.texts import Lang

WIDTH, HEIGHT = 520.0, 240.0
TOP, BOTTOM, LEFT, RIGHT = 16.0, 28.0, 56.0, 104.0
"""Room around the plot: for the days below, the values at the left, the direct labels at the right."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What is counted: its `name`, the language, and how a value is written in full (`¥1,299.00`) beside a mark or in the table."""

    name: str
    lang: Lang
    write: Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Series:
    """A value a day; None where it is not known, which leaves a gap. `quiet` is what the others are compared with."""

    label: str
    values: Sequence[tuple[date, float | None]]
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """The drawing, and the same as a table: `rows` as people read them, `raw` as a program does."""

    svg: Markup
    spoken: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    raw: tuple[tuple[str | float | None, ...], ...]

    def csv(self) -> str:
        """The raw numbers as CSV for a spreadsheet, with a byte order mark; no cell that a spreadsheet would run as a formula."""
        out = io.StringIO()
        out.write("\ufeff")
        writer = csv.writer(out)
        writer.writerow([plain_cell(cell) for cell in self.head])
        writer.writerows([[plain_cell(cell) for cell in row] for row in self.raw])
        return out.getvalue()


def plain_cell(cell: str | float | None) -> str | float:
    """A cell that no spreadsheet takes for a formula; None is an empty cell."""
    if cell is None:
        return ""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
