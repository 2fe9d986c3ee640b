"""The colours can be told apart: contrasts of WCAG 2.2 (1.4.3, 1.4.11), computed from the token file itself."""

import re

import pytest

from shopkeeper.web.assets import FOLDER

SOURCE = (FOLDER / "tokens.css").read_text("utf-8")
COLOUR = re.compile(r"--([\w-]+):\s*(#[0-9a-f]{6});")
LIGHT = dict(COLOUR.findall(SOURCE.split("@media")[0]))
DARK = LIGHT | dict(COLOUR.findall(SOURCE.split("prefers-color-scheme: dark")[1].split("@media")[0]))

TEXT = [
    *((word, ground) for word in ("ink", "muted", "accent", "good", "warn", "bad", "info") for ground in ("paper", "raised", "sunk")),
    ("on-accent", "accent"),
]
MARKS = [(mark, ground) for mark in ("edge", "accent", "muted") for ground in ("paper", "raised")]


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2, definition)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_gives_the_known_extremes():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("word", "ground"), TEXT)
def test_text_can_be_read(scheme: dict[str, str], word: str, ground: str):
    assert contrast(scheme[word], scheme[ground]) >= 4.5


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("mark", "ground"), MARKS)
def test_marks_and_edges_of_fields_can_be_seen(scheme: dict[str, str], mark: str, ground: str):
    assert contrast(scheme[mark], scheme[ground]) >= 3


def test_the_dark_scheme_redefines_every_colour():
    redefined = dict(COLOUR.findall(SOURCE.split("prefers-color-scheme: dark")[1].split("@media")[0]))
    assert redefined.keys() == LIGHT.keys()


@pytest.mark.parametrize("sheet", ["site.css", "console.css", "charts.css"])
def test_no_other_sheet_names_a_colour(sheet: str):
    assert re.findall(r"#[0-9a-f]{3,8}\b", (FOLDER / sheet).read_text("utf-8")) == []


def test_motion_stops_where_it_is_not_wanted():
    assert "--motion: 0ms" in SOURCE.split("prefers-reduced-motion: reduce")[1]
